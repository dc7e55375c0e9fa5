using Microsoft.AspNetCore.Http.Features;
using Shop.EventSourcing;
using Shop.EventSourcing.Protection;
using Shop.Messaging.Operating;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Security;

namespace Shop.Ordering;

/// <param name="By">Who asks: a person or a ticket, not the customer's address.</param>
/// <param name="Reason">Why, such as <c>asked to be forgotten</c>.</param>
public sealed record ErasureRequest(string? By, string? Reason);

/// <summary>What was erased. The same request again gives the same answer.</summary>
/// <param name="Subject">Whose data it was: <c>customer:…</c>, or <c>order:…</c> of a guest.</param>
/// <param name="KeysDestroyed">Of this subject so far; each protected what was stored between two erasures. 0: no order ever held anything of it.</param>
/// <param name="Purged">False: the key is destroyed, but bytes of it may still be in the database's files. Ask again in a minute.</param>
public sealed record ErasureResponse(string Subject, DateTimeOffset ErasedAt, string By, string Reason, int KeysDestroyed, bool Purged)
{
    public static ErasureResponse Of(Erasure erasure) =>
        new(erasure.Subject, erasure.ErasedAt, erasure.By, erasure.Reason, erasure.KeysDestroyed, erasure.Purged);
}

public static class ErasureEndpoints
{
    private const int MaxByLength = 100;
    private const int MaxReasonLength = 200;

    public static void Map(IEndpointRouteBuilder routes)
    {
        Describe(routes.MapPost("/customers/{customerId}/erase", EraseCustomerAsync), "EraseCustomer")
            .WithSummary("Erases what all orders say of a customer: name, e-mail, addresses; and the customer's account, which the site erases by itself. The orders stay.");
        Describe(routes.MapPost("/orders/{id}/erase", EraseGuestAsync), "EraseGuestOrder").ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict)
            .WithSummary("Erases what a guest's order says of a person. The order stays.");
    }

    private static RouteHandlerBuilder Describe(RouteHandlerBuilder route, string name) => route.RequireAuthorization(Policies.Operator).WithName(name).WithTags("Personal data")
        .Produces<ErasureResponse>().ProducesProblem(StatusCodes.Status422UnprocessableEntity);

    private static async Task<IResult> EraseCustomerAsync(
        string customerId, ErasureRequest request, EventStore<OrderingModule> store, PersonalData<OrderingModule> personalData, TimeProvider clock, HttpContext http, CancellationToken cancellationToken)
    {
        customerId = Unescaped(customerId, http);
        OrderRules.CheckKnownCustomer(customerId);
        var (by, reason) = Check(request.By, request.Reason);
        await store.RecordOperatorActionAsync(http.Acts("customer-erased", $"customer {customerId}", reason), cancellationToken);
        await CustomerErasures.RecordAsync(store, customerId, clock, cancellationToken);
        var erasure = await personalData.EraseAsync(OrderPersonalData.SubjectOf(customerId, default), by, reason, evenWithoutKey: true, cancellationToken);
        return TypedResults.Json(ErasureResponse.Of(erasure!), OrderingHttpJson.Default.ErasureResponse);
    }

    private static async Task<IResult> EraseGuestAsync(
        string id, ErasureRequest request, EventStore<OrderingModule> store, PersonalData<OrderingModule> personalData, HttpContext http, CancellationToken cancellationToken)
    {
        var (by, reason) = Check(request.By, request.Reason);
        if (!Guid.TryParse(id, out var orderId) || (await store.ReadAsync(Order.Aggregate, orderId, cancellationToken)).State is not Order.Accepted order)
            return Problems.UnknownOrder(id);
        if (order.Terms.CustomerId is { } customerId)
        {
            return Problems.Of(
                StatusCodes.Status409Conflict, "not-a-guest", "id",
                $"The order is customer {customerId}'s, and one key protects all orders of a customer. Erase the customer: POST /customers/{{customerId}}/erase");
        }

        var subject = OrderPersonalData.SubjectOf(null, orderId);
        if ((await store.ReadAsync(DataSubject.Aggregate, subject, cancellationToken)).State is { Key: null, LastErasure: null })
            return Problems.Of(StatusCodes.Status404NotFound, "nothing-to-erase", "id", "This order never held a name, e-mail or address.");
        await store.RecordOperatorActionAsync(http.Acts("guest-erased", $"order {orderId:D}", reason), cancellationToken);
        var erasure = await personalData.EraseAsync(subject, by, reason, cancellationToken: cancellationToken);
        return TypedResults.Json(ErasureResponse.Of(erasure!), OrderingHttpJson.Default.ErasureResponse);
    }

    /// <summary>Of ids with a slash, which older orders may have: the server leaves an escaped slash in the route's value as it came.</summary>
    private static string Unescaped(string customerId, HttpContext http)
    {
        var path = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget.Split('?')[0];
        return path.Contains("%2F", StringComparison.OrdinalIgnoreCase) ? Uri.UnescapeDataString(path.Split('/')[^2]) : customerId;
    }

    /// <exception cref="DomainException">One of them is missing, or would be personal data itself.</exception>
    public static (string By, string Reason) Check(string? by, string? reason)
    {
        PersonRules.CheckNotPersonal("by", by, MaxByLength, "privacy desk, ticket 4711");
        PersonRules.CheckNotPersonal("reason", reason, MaxReasonLength, "asked to be forgotten");
        return (by!, reason!);
    }
}
