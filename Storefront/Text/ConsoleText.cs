namespace Shop.Storefront.Text;

/// <summary>Texts of the console's frame and overview. English is the key; ConsoleText.zh-CN.resx translates.</summary>
public sealed class ConsoleText;
