using Shop.EventSourcing;

namespace Shop.Inventory;

/// <summary>What a product's fields may hold; each refusal names the field and the fix.</summary>
internal static class ProductRules
{
    public const int MaxSkuLength = 64;
    public const int MaxNameLength = 200;
    public const int MaxDescriptionLength = 2_000;
    public const long MaxUnitPriceMinor = 100_000_000_00;
    public const int MaxUnits = 1_000_000_000;

    public static void Check(ProductCommand command)
    {
        switch (command)
        {
            case ProductCommand.List list:
                CheckSku(list.Sku);
                CheckDetails(list.Name, list.Description);
                CheckPrice(list.UnitPriceMinor, list.Currency);
                Require(list.InitialStock is >= 0 and <= MaxUnits, "initialStock", $"initialStock must be between 0 and {MaxUnits} units.");
                break;
            case ProductCommand.ChangePrice price:
                CheckPrice(price.UnitPriceMinor, price.Currency);
                break;
            case ProductCommand.ChangeDetails details:
                CheckDetails(details.Name, details.Description);
                break;
        }
    }

    // A SKU is one segment of a URL's path, where an escaped slash does not survive.
    private static void CheckSku(string sku) => Require(
        sku is { Length: >= 1 and <= MaxSkuLength } and not ("." or "..") && sku.Trim().Length == sku.Length
            && !sku.Contains('/', StringComparison.Ordinal) && !sku.Any(char.IsControl),
        "sku", $"sku must be 1 to {MaxSkuLength} printable characters without a slash and without spaces around them.");

    private static void CheckDetails(string name, string description)
    {
        Require(!string.IsNullOrWhiteSpace(name) && name.Length <= MaxNameLength && !name.Any(char.IsControl), "name", $"name must be 1 to {MaxNameLength} printable characters.");
        Require(description is { Length: <= MaxDescriptionLength } && !description.Contains('\0', StringComparison.Ordinal), "description", $"description must be at most {MaxDescriptionLength} characters.");
    }

    private static void CheckPrice(long unitPriceMinor, string currency)
    {
        Require(unitPriceMinor is >= 1 and <= MaxUnitPriceMinor, "unitPriceMinor", $"unitPriceMinor must be between 1 and {MaxUnitPriceMinor} minor units (pence, cents).");
        Require(currency is { Length: 3 } && currency.All(char.IsAsciiLetterUpper), "currency", "currency must be an ISO 4217 code of three upper-case letters, such as GBP.");
    }

    private static void Require(bool holds, string field, string message)
    {
        if (!holds)
            throw new DomainException("invalid-product", message) { Field = field };
    }
}
