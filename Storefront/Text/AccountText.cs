namespace Shop.Storefront.Text;

/// <summary>Texts of the pages about accounts. English is the key; AccountText.zh-CN.resx translates.</summary>
public sealed class AccountText;
