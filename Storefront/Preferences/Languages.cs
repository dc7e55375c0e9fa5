using System.Globalization;

namespace Shop.Storefront.Preferences;

/// <summary>What the pages are written in. English texts are their own keys; <c>Text/*.zh-CN.resx</c> translates them.</summary>
public static class Languages
{
    public const string English = "en";
    public const string Chinese = "zh-CN";

    public static string[] All { get; } = [English, Chinese];

    public static bool IsChinese => CultureInfo.CurrentUICulture.Name == Chinese;
}
