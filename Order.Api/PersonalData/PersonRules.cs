using Shop.EventSourcing;
using Shop.ServiceDefaults;

namespace Shop.Ordering;

/// <summary>What personal data must satisfy. A refusal names the field, and never repeats what was in it.</summary>
public static class PersonRules
{
    public const int MaxNameLength = 200;
    public const int MaxAddressLines = 4;
    public const int MaxPostalCodeLength = 20;

    public static void Check(CustomerRequest customer)
    {
        CheckText("customer.name", customer.Name, MaxNameLength);
        if (!EmailAddress.IsOne(customer.Email))
            throw Invalid("customer.email", $"Give an e-mail address such as name@example.com, at most {EmailAddress.MaxLength} characters.");
    }

    public static void Check(ShippingAddressRequest address)
    {
        CheckText("shippingAddress.recipient", address.Recipient, MaxNameLength);
        if (address.Lines is not { Count: >= 1 and <= MaxAddressLines } lines)
            throw Invalid("shippingAddress.lines", $"Give 1 to {MaxAddressLines} lines: street and number, and what else the carrier must know.");
        for (var i = 0; i < lines.Count; i++)
            CheckText($"shippingAddress.lines[{i}]", lines[i], MaxNameLength);
        CheckText("shippingAddress.city", address.City, MaxNameLength);
        if (address.PostalCode is not null)
            CheckText("shippingAddress.postalCode", address.PostalCode, MaxPostalCodeLength, ", or leave it out");
        if (address.Country is not [>= 'A' and <= 'Z', >= 'A' and <= 'Z'])
            throw Invalid("shippingAddress.country", "Give the ISO 3166-1 code of two letters in upper case, such as GB.");
    }

    /// <summary>What is stored for ever beside the data must not be personal itself.</summary>
    public static void CheckNotPersonal(string field, string? text, int maxLength, string example)
    {
        if (!OrderRules.IsText(text, maxLength) || LooksLikeEmail(text!))
            throw Invalid(field, $"Give 1 to {maxLength} characters such as '{example}'. It is stored for ever: nothing in it may say who the customer was, such as an e-mail address.");
    }

    /// <summary>Good enough to see that a field was mixed up.</summary>
    public static bool LooksLikeEmail(string text) => text.Contains('@', StringComparison.Ordinal);

    private static void CheckText(string field, string? text, int maxLength, string otherwise = "")
    {
        if (!OrderRules.IsText(text, maxLength))
            throw Invalid(field, $"Give 1 to {maxLength} characters{otherwise}.");
    }

    private static DomainException Invalid(string field, string message) => new("invalid-order", message) { Field = field };
}
