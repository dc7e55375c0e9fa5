namespace Shop.Storefront.Cart;

/// <param name="UnitPriceMinor">The price that was shown when it was put in.</param>
public sealed record CartLine(string Sku, string Name, int Quantity, long UnitPriceMinor, string Currency);
