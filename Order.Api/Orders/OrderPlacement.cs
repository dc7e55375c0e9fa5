using Shop.EventSourcing;
using Shop.EventSourcing.Storage;
using Shop.Messaging;

namespace Shop.Ordering;

/// <param name="Wait">How long the client is ready to wait for the end of the order; zero: not at all.</param>
/// <param name="IsByCustomer">The customer orders, by an account of the site; false: an operator, or another system, orders for them.</param>
public sealed record Checkout(string Key, string? CustomerId, PlaceOrderRequest Request, TimeSpan Wait, bool IsByCustomer = false);

/// <summary>
/// Places an order once per key. The key's acceptance, the order and the message that starts its saga are one write set; so is
/// the answer, with the placing when nobody waits, else with the order's end.
/// </summary>
public sealed class OrderPlacement(
    EventStore<OrderingModule> store, OrderPersonalData personalData, OrderWaits waits, IMessageOutbox outbox, OrderMetrics metrics, TimeProvider clock)
{
    private static readonly TimeSpan DuplicateWait = TimeSpan.FromSeconds(1);

    /// <returns>The stored answer, or null while the first request under the key has none.</returns>
    public async Task<IdempotentRequest.Answered?> PlaceAsync(Checkout checkout, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow().TruncateToMicroseconds();
        var scope = RequestIdentity.ScopeOf(checkout.CustomerId);
        var requestId = RequestIdentity.RequestId(scope, checkout.Key);
        var accept = new IdempotentRequestCommand.Accept(
            checkout.Key, scope, RequestIdentity.BodyHash(checkout.Request), Guid.CreateVersion7(now), now);

        // What is decided on it is checked when it is written, and who waits is told when it changes.
        var (request, _) = await store.ReadEventuallyAsync(IdempotentRequest.Aggregate, requestId, cancellationToken);
        var first = false;
        if (request is IdempotentRequest.Unseen)
            (first, request) = await PlaceFirstAsync(checkout, requestId, accept, cancellationToken);
        else
            IdempotentRequestDecider.Decide(accept, request); // refuses another body
        if (!first)
            await personalData.CheckSameAsync(request, requestId, checkout, cancellationToken);

        if (request is IdempotentRequest.Answered answered)
            return answered;
        var wait = first || checkout.Wait > DuplicateWait ? checkout.Wait : DuplicateWait;
        request = await waits.WaitForAsync(IdempotentRequest.Aggregate, requestId, state => state is IdempotentRequest.Answered, wait, cancellationToken);
        return request as IdempotentRequest.Answered ?? (first ? await AnswerUnfinishedAsync(requestId, accept.OrderId, cancellationToken) : null);
    }

    private async Task<(bool First, IdempotentRequest Request)> PlaceFirstAsync(
        Checkout checkout, Guid requestId, IdempotentRequestCommand.Accept accept, CancellationToken cancellationToken)
    {
        var lines = CheckShape(checkout.Request);
        var (outcome, _) = await store.ExecuteAsync(
            async unit =>
            {
                var quotes = await QuotesAsync(lines, cancellationToken);
                var sealedData = await personalData.SealAsync(unit, checkout, requestId, accept.OrderId, cancellationToken);
                var request = await unit.LoadAsync(IdempotentRequest.Aggregate, requestId, cancellationToken);
                var order = await unit.LoadNewAsync(Order.Aggregate, accept.OrderId, cancellationToken);
                var (placed, state) = unit.Decide(() => Decide(checkout, requestId, accept, sealedData, lines, quotes, request, order));
                if (placed is not null)
                    await outbox.PublishAsync(unit, OrderDecider.Announce(placed), cancellationToken);
                return (placed is not null, state);
            },
            cancellationToken: cancellationToken);
        if (outcome.Item1)
            metrics.Placed();
        return outcome;
    }

    /// <summary>Under the store's gate: of requests at the same time under one key, one finds it unseen.</summary>
    private static (OrderEvent.Placed? Placed, IdempotentRequest Request) Decide(
        Checkout checkout, Guid requestId, IdempotentRequestCommand.Accept accept, SealedOrderData? sealedData, RequestedLine[] lines,
        QuotedProduct[] quotes, StreamHandle<IdempotentRequest, IdempotentRequestEvent> request, StreamHandle<Order, OrderEvent> order)
    {
        var accepted = IdempotentRequestDecider.Decide(accept with { PersonalHash = sealedData?.Hash }, request.State);
        if (accepted.Count == 0)
            return (null, request.State);
        var (priced, currency) = Pricing.Price(lines, quotes, checkout.Request.Currency);
        var place = new OrderCommand.Place(
            accept.OrderId, checkout.CustomerId, priced, currency, checkout.Request.PaymentMethod!, accept.At, requestId,
            Customer: sealedData?.Customer, ShippingAddress: sealedData?.ShippingAddress);
        RefuseErased(checkout, sealedData);
        sealedData?.Key.Use();
        order.Append(OrderDecider.Decide(place, order.State));
        request.Append(accepted);
        var placed = (Order.Placed)order.State;
        if (checkout.Wait == TimeSpan.Zero)
            request.Append(IdempotentRequestDecider.Decide(OrderAnswer.Of(placed, order.Version, accept.At), request.State));
        return (placed.Terms, request.State);
    }

    /// <summary>A token is good for a while after its account was erased: nothing personal comes back by it.</summary>
    /// <exception cref="DomainException">The customer was erased, and the account with them.</exception>
    private static void RefuseErased(Checkout checkout, SealedOrderData? sealedData)
    {
        if (checkout.IsByCustomer && sealedData is { Key.WasErased: true })
            throw new DomainException("account-erased", "This account was erased, with all that was known of its owner. Open an account anew to order.", conflict: true);
    }

    /// <summary>The wait ran out: 202 from now on, unless the order's end was quicker.</summary>
    private async Task<IdempotentRequest.Answered> AnswerUnfinishedAsync(Guid requestId, Guid orderId, CancellationToken cancellationToken)
    {
        var (answered, _) = await store.ExecuteAsync(
            async unit =>
            {
                var request = await unit.LoadAsync(IdempotentRequest.Aggregate, requestId, cancellationToken);
                var order = await unit.LoadAsync(Order.Aggregate, orderId, cancellationToken);
                return unit.Decide(() =>
                {
                    var answer = OrderAnswer.Of((Order.Accepted)order.State, order.Version, clock.GetUtcNow().TruncateToMicroseconds());
                    request.Append(IdempotentRequestDecider.Decide(answer, request.State));
                    return (IdempotentRequest.Answered)request.State;
                });
            },
            cancellationToken: cancellationToken);
        return answered;
    }

    /// <summary>Copies of Inventory's prices, which are on their way for a moment anyway.</summary>
    private async Task<QuotedProduct[]> QuotesAsync(RequestedLine[] lines, CancellationToken cancellationToken)
    {
        var quotes = new QuotedProduct[lines.Length];
        for (var i = 0; i < quotes.Length; i++)
            (quotes[i], _) = await store.ReadEventuallyAsync(QuotedProduct.Aggregate, lines[i].Sku, cancellationToken);
        return quotes;
    }

    /// <summary>Everything that can be said without knowing the catalogue; before anything is loaded for a body of any size.</summary>
    private static RequestedLine[] CheckShape(PlaceOrderRequest request)
    {
        OrderRules.CheckCustomer(request.CustomerId);
        OrderRules.CheckPaymentMethod(request.PaymentMethod);
        if (request.Customer is { } customer)
            PersonRules.Check(customer);
        if (request.ShippingAddress is { } address)
            PersonRules.Check(address);
        if (request.Currency is not null)
            OrderRules.CheckCurrency(request.Currency);
        OrderRules.CheckLines(request.Lines?.Count ?? 0);
        var lines = new RequestedLine[request.Lines!.Count];
        for (var i = 0; i < lines.Length; i++)
        {
            var line = request.Lines[i];
            OrderRules.CheckLine(i, line?.Sku, line?.Quantity, line?.UnitPriceMinor);
            lines[i] = new(line!.Sku!, (int)line.Quantity!.Value, line.UnitPriceMinor);
        }

        return lines;
    }
}
