namespace Shop.Storefront.Preferences;

/// <summary>Light, dark, or as the device is set.</summary>
public static class ColorThemes
{
    public const string Cookie = "shop-theme";
    public const string Light = "light";
    public const string Dark = "dark";
    public const string Device = "device";

    public static string Of(HttpContext? http) => http?.Request.Cookies[Cookie] is (Light or Dark) and var theme ? theme : Device;
}
