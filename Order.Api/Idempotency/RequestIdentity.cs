namespace Shop.Ordering;

/// <summary>What tells requests apart: the key within its customer's scope, and what was asked.</summary>
public static class RequestIdentity
{
    /// <summary>Keys of different customers never meet; guests share one scope.</summary>
    public static string ScopeOf(string? customerId) => customerId is null ? "guest" : $"customer:{customerId}";

    public static Guid RequestId(string customerScope, string key) => new CanonicalHash("idempotent-request").Add(customerScope).Add(key).ToGuid();

    /// <summary>Of the parsed fields: white space, the order of members and members that nobody reads do not count.</summary>
    public static string BodyHash(PlaceOrderRequest request)
    {
        var hash = new CanonicalHash("place-order").Add(request.CustomerId).Add(request.Currency).Add(request.PaymentMethod).Add(request.Lines?.Count ?? -1L);
        foreach (var line in request.Lines ?? [])
            hash.Add(line?.Sku).Add(line?.Quantity).Add(line?.UnitPriceMinor);
        return hash.ToHex();
    }

    public static Guid ImportedOrderId(string reference) => new CanonicalHash("imported-order").Add(reference).ToGuid();
}
