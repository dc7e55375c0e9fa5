using System.Text.Json.Serialization;

namespace Shop.Ordering;

// Stored format, inside of what is sealed: never edit, add a version.
public sealed record Customer(string Name, string Email);

// Stored format, inside of what is sealed: never edit, add a version.
public sealed record ShippingAddress(string Recipient, IReadOnlyList<string> Lines, string City, string? PostalCode, string Country);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Customer))]
[JsonSerializable(typeof(ShippingAddress))]
[JsonSerializable(typeof(string))]
public sealed partial class PersonJson : JsonSerializerContext;

/// <summary>Who orders, as HTTP takes it.</summary>
public sealed record CustomerRequest(string? Name, string? Email)
{
    /// <exception cref="Shop.EventSourcing.DomainException">A field is missing or cannot be right.</exception>
    public Customer Checked()
    {
        PersonRules.Check(this);
        return new(Name!, Email!);
    }
}

/// <summary>Where the goods go, as HTTP takes it.</summary>
/// <param name="Country">ISO 3166-1 code of two letters.</param>
public sealed record ShippingAddressRequest(string? Recipient, IReadOnlyList<string?>? Lines, string? City, string? PostalCode, string? Country)
{
    /// <exception cref="Shop.EventSourcing.DomainException">A field is missing or cannot be right.</exception>
    public ShippingAddress Checked()
    {
        PersonRules.Check(this);
        return new(Recipient!, [.. Lines!.OfType<string>()], City!, PostalCode, Country!);
    }
}

/// <summary>Who ordered, while it is known.</summary>
/// <param name="Erased">True: it was erased, and nobody can tell any more.</param>
public sealed record CustomerResponse(string? Name, string? Email, bool? Erased)
{
    public static CustomerResponse Of(Customer? customer) => customer is null ? new(null, null, Erased: true) : new(customer.Name, customer.Email, null);
}

/// <inheritdoc cref="CustomerResponse"/>
public sealed record ShippingAddressResponse(string? Recipient, IReadOnlyList<string>? Lines, string? City, string? PostalCode, string? Country, bool? Erased)
{
    public static ShippingAddressResponse Of(ShippingAddress? address) => address is null
        ? new(null, null, null, null, null, Erased: true)
        : new(address.Recipient, address.Lines, address.City, address.PostalCode, address.Country, null);
}
