using Shop.EventSourcing;
using Shop.EventSourcing.Protection;

namespace Shop.Ordering;

/// <summary>What an order says of a person, sealed; nothing of it is stored anywhere in another form.</summary>
/// <param name="Hash">Of all of it, to recognise the same request; sealed too, because who knows a person could find them by it.</param>
public sealed record SealedOrderData(SubjectKey Key, Protected<Customer>? Customer, Protected<ShippingAddress>? ShippingAddress, Protected<string> Hash);

/// <summary>Seals the personal data of orders, and shows it while its key exists.</summary>
public sealed class OrderPersonalData(PersonalData<OrderingModule> personalData)
{
    private const string CustomerField = "customer";
    private const string ShippingAddressField = "shippingAddress";
    private const string HashField = "personalHash";

    /// <summary>Whose key protects an order: the customer's, or one of its own for a guest's.</summary>
    public static string SubjectOf(string? customerId, Guid orderId) => customerId is null ? $"order:{orderId:D}" : $"customer:{customerId}";

    /// <returns>Null when the request says nothing of a person.</returns>
    public async ValueTask<SealedOrderData?> SealAsync(UnitOfWork unit, Checkout checkout, Guid requestId, Guid orderId, CancellationToken cancellationToken)
    {
        if (!checkout.Request.IsPersonal)
            return null;
        var key = await personalData.OpenAsync(unit, SubjectOf(checkout.CustomerId, orderId), cancellationToken);
        var order = Order.Aggregate.Stream(orderId);
        return new(
            key,
            checkout.Request.Customer is { } customer ? key.Protect(customer.Checked(), PersonJson.Default.Customer, order, CustomerField) : null,
            checkout.Request.ShippingAddress is { } address ? key.Protect(address.Checked(), PersonJson.Default.ShippingAddress, order, ShippingAddressField) : null,
            key.Protect(RequestIdentity.PersonalHash(checkout.Request), PersonJson.Default.String, IdempotentRequest.Aggregate.Stream(requestId), HashField));
    }

    /// <summary>Refuses a key that was used with other personal data. After an erasure nobody can tell any more: the rest must be equal then.</summary>
    /// <exception cref="DomainException">The key was used for another request.</exception>
    public async ValueTask CheckSameAsync(IdempotentRequest request, Guid requestId, Checkout checkout, CancellationToken cancellationToken)
    {
        if (request is not IdempotentRequest.Known { Request: IdempotentRequestEvent.AcceptedWithPersonalData accepted })
            return;
        var known = await personalData.RevealAsync(
            accepted.PersonalHash, PersonJson.Default.String, IdempotentRequest.Aggregate.Stream(requestId), HashField, cancellationToken);
        if (known is not null && known != RequestIdentity.PersonalHash(checkout.Request))
            throw IdempotentRequestDecider.KeyReused();
    }

    /// <summary>The answer with what the order says of a person, or with the mark that it was erased.</summary>
    public async ValueTask<OrderResponse> ShowAsync(OrderResponse response, Order.Accepted order, CancellationToken cancellationToken)
    {
        if (order.Terms is not OrderEvent.PlacedWithPersonalData terms)
            return response;
        var stream = Order.Aggregate.Stream(terms.OrderId);
        return response with
        {
            Customer = terms.Customer is { } customer
                ? CustomerResponse.Of(await personalData.RevealAsync(customer, PersonJson.Default.Customer, stream, CustomerField, cancellationToken))
                : null,
            ShippingAddress = terms.ShippingAddress is { } address
                ? ShippingAddressResponse.Of(await personalData.RevealAsync(address, PersonJson.Default.ShippingAddress, stream, ShippingAddressField, cancellationToken))
                : null,
        };
    }
}
