using Shop.EventSourcing;

namespace Shop.Ordering;

/// <summary>What an order must satisfy, whoever places it. Each refusal names the request's field and the fix.</summary>
public static class OrderRules
{
    public const int MaxLines = 1_000;
    public const int MaxQuantity = 1_000_000;
    public const int MaxSkuLength = 64;
    public const int MaxCustomerLength = 100;
    public const int MaxPaymentMethodLength = 100;

    /// <summary>The largest integer that every JSON reader keeps exactly.</summary>
    public const long MaxTotalMinor = 9_007_199_254_740_991;

    private const int CardNumberMinDigits = 12;

    public static void CheckLines(int count)
    {
        if (count is < 1 or > MaxLines)
            throw Invalid("lines", $"An order has 1 to {MaxLines} lines, this one has {count}. Add a line, or split the order.");
    }

    public static void CheckLine(int index, string? sku, long? quantity, long? unitPriceMinor)
    {
        if (!IsText(sku, MaxSkuLength))
            throw Invalid($"lines[{index}].sku", $"Give the product's SKU as in the catalogue, 1 to {MaxSkuLength} characters.");
        if (quantity is not (>= 1 and <= MaxQuantity))
            throw Invalid($"lines[{index}].quantity", $"Give a whole number of units from 1 to {MaxQuantity}.");
        if (unitPriceMinor is < 0)
            throw Invalid($"lines[{index}].unitPriceMinor", "Give the price you saw in minor units, at least 0, or leave it out.");
    }

    public static void CheckCurrency(string currency)
    {
        if (currency is not [>= 'A' and <= 'Z', >= 'A' and <= 'Z', >= 'A' and <= 'Z'])
            throw Invalid("currency", "Give the ISO 4217 code in upper case, such as GBP, or leave it out.");
    }

    // An id is one segment of a URL's path, where an escaped slash does not survive.
    public static void CheckCustomer(string? customerId)
    {
        CheckKnownCustomer(customerId);
        if (customerId is "." or ".." || customerId?.Contains('/', StringComparison.Ordinal) == true)
            throw Invalid("customerId", $"Give 1 to {MaxCustomerLength} characters without a slash, and not only dots; or leave it out to order as a guest.");
    }

    /// <summary>For ids that may be older than today's rules.</summary>
    public static void CheckKnownCustomer(string? customerId)
    {
        if (customerId is not null && !IsText(customerId, MaxCustomerLength))
            throw Invalid("customerId", $"Give 1 to {MaxCustomerLength} characters, or leave it out to order as a guest.");
        if (customerId is not null && PersonRules.LooksLikeEmail(customerId))
            throw Invalid("customerId", "This looks like an e-mail address. The id stays readable for ever, so give one that says nothing of the person; the address goes into customer.email.");
    }

    /// <summary>A provider's token and nothing else. The value is never repeated in the message: it may be card data.</summary>
    public static void CheckPaymentMethod(string? paymentMethod)
    {
        if (paymentMethod is not null && LooksLikeCardNumber(paymentMethod))
            throw Invalid("paymentMethod", "This looks like a card number, which must never come here. Give the payment provider's token, such as pm_card_visa.");
        if (paymentMethod is not { Length: > 3 and <= MaxPaymentMethodLength } || !paymentMethod.StartsWith("pm_", StringComparison.Ordinal)
            || !paymentMethod.All(character => char.IsAsciiLetterOrDigit(character) || character == '_'))
        {
            throw Invalid("paymentMethod", "Give the payment provider's token for the payment method: pm_ and letters, digits or _, such as pm_card_visa.");
        }
    }

    /// <summary>Sum of all lines in minor units.</summary>
    public static long Total(IEnumerable<OrderEvent.Line> lines)
    {
        var total = lines.Aggregate(Int128.Zero, (sum, line) => sum + ((Int128)line.Quantity * line.UnitPriceMinor));
        if (total > MaxTotalMinor)
            throw Invalid("lines", $"The order's total is more than {MaxTotalMinor} minor units. Split the order.");
        if (total < 1)
            throw Invalid("lines", "The order's total is 0, which cannot be paid. Add a product that has a price.");
        return (long)total;
    }

    /// <summary>Something to read, without control characters: a database need not take those.</summary>
    internal static bool IsText(string? text, int maxLength) =>
        !string.IsNullOrWhiteSpace(text) && text.Length <= maxLength && !text.Any(char.IsControl);

    /// <summary>Twelve digits in a row, whatever stands between them to make them readable.</summary>
    private static bool LooksLikeCardNumber(string text)
    {
        var digits = 0;
        foreach (var character in text)
        {
            if (char.IsDigit(character))
                digits++;
            else if (character is not (' ' or '-' or '_' or '.'))
                digits = 0;
            if (digits >= CardNumberMinDigits)
                return true;
        }

        return false;
    }

    private static DomainException Invalid(string field, string message) => new("invalid-order", message) { Field = field };
}
