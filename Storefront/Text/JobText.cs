namespace Shop.Storefront.Text;

/// <summary>Texts of the console's pages about jobs. English is the key; JobText.zh-CN.resx translates.</summary>
public sealed class JobText;
