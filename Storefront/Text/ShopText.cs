namespace Shop.Storefront.Text;

/// <summary>Texts of the shop. English is the key; ShopText.zh-CN.resx translates.</summary>
public sealed class ShopText;
