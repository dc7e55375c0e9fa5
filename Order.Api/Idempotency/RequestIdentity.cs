namespace Shop.Ordering;

/// <summary>What tells requests apart: the key within its customer's scope, and what was asked.</summary>
public static class RequestIdentity
{
    /// <summary>Keys of different customers never meet; guests share one scope.</summary>
    public static string ScopeOf(string? customerId) => customerId is null ? "guest" : $"customer:{customerId}";

    public static Guid RequestId(string customerScope, string key) => new CanonicalHash("idempotent-request").Add(customerScope).Add(key).ToGuid();

    /// <summary>
    /// Of the parsed fields: white space, the order of members and members that nobody reads do not count. Of personal data only
    /// whether there is any; what it says is in <see cref="PersonalHash"/>.
    /// </summary>
    public static string BodyHash(PlaceOrderRequest request)
    {
        var hash = new CanonicalHash("place-order").Add(request.CustomerId).Add(request.Currency).Add(request.PaymentMethod).Add(request.Lines?.Count ?? -1L);
        foreach (var line in request.Lines ?? [])
            hash.Add(line?.Sku).Add(line?.Quantity).Add(line?.UnitPriceMinor);
        if (request.IsPersonal)
            hash.Add("personal");
        return hash.ToHex();
    }

    /// <summary>Of the personal data. To be stored under its key only: a name and an address are found by trying.</summary>
    public static string PersonalHash(PlaceOrderRequest request)
    {
        var hash = new CanonicalHash("place-order-personal");
        if (request.Customer is { } customer)
            hash.Add("customer").Add(customer.Name).Add(customer.Email);
        if (request.ShippingAddress is { } address)
        {
            hash.Add("shippingAddress").Add(address.Recipient).Add(address.City).Add(address.PostalCode).Add(address.Country).Add(address.Lines?.Count ?? -1L);
            foreach (var line in address.Lines ?? [])
                hash.Add(line);
        }

        return hash.ToHex();
    }

    /// <summary>One key, one return of that order.</summary>
    public static Guid ReturnId(Guid orderId, string key) => new CanonicalHash("order-return").Add(orderId.ToString("D")).Add(key).ToGuid();

    public static Guid ImportedOrderId(string reference) => new CanonicalHash("imported-order").Add(reference).ToGuid();
}
