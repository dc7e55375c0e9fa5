using System.Text.Json.Serialization;
using MassTransit;
using Shop.Contracts;

namespace Shop.Orchestration;

/// <summary>
/// One order on its way through Try, Confirm and Cancel. Stored as JSON, its changes as <c>saga-transitioned.v1</c>: never
/// rename a property or a member of its enums; add.
/// </summary>
public sealed class OrderSaga : SagaStateMachineInstance
{
    /// <summary>The order's id.</summary>
    public Guid CorrelationId { get; set; }

    public string CurrentState { get; set; } = "";

    public string? CustomerId { get; set; }

    public IReadOnlyList<StockLine> Lines { get; set; } = [];

    public long TotalMinor { get; set; }

    public string? Currency { get; set; }

    public string? PaymentMethod { get; set; }

    /// <summary>When the order was placed; while only its cancellation is known, when that was heard of.</summary>
    public DateTimeOffset PlacedAt { get; set; }

    /// <summary>What Inventory last said.</summary>
    public StockStanding Stock { get; set; }

    /// <summary>What Payment last said.</summary>
    public PaymentStanding Payment { get; set; }

    /// <summary>How the order is to end, once that is decided.</summary>
    public OrderEnding Ending { get; set; }

    /// <summary>Why it is undone, or why somebody wants it cancelled.</summary>
    public string? Reason { get; set; }

    /// <summary>Somebody wants it cancelled; after the decision that waits until the order is confirmed.</summary>
    public bool CancelRequested { get; set; }

    /// <summary>Returns that were asked for, oldest first; one after the other is carried out.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<SagaReturn>? Returns { get; set; }

    /// <summary>The return that is being carried out, or is next.</summary>
    internal SagaReturn? ReturnUnderWay => Returns?.FirstOrDefault(back => !back.Completed);

    /// <summary>The scheduled <see cref="StepTimedOut"/>: present in every state that waits for an answer.</summary>
    public Guid? DeadlineTokenId { get; set; }

    /// <summary>How often the commands of this state were sent again.</summary>
    public int Attempts { get; set; }

    public bool NeedsAttention { get; set; }

    /// <summary>Who said that nobody needs to look, and why; until the next failure or the next state.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public AttentionResolved? Resolved { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }

    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>From placing to end, so that the event that ends it says so too.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? DurationSeconds { get; set; }

    /// <summary>What messages tell; a message that leaves it as it is was a repetition.</summary>
    internal object Facts => (PlacedAt, Stock, Payment, Ending, Reason, CancelRequested, Attempts, Returns);

    internal void Place(OrderPlaced order)
    {
        Describe(order);
        Stock = StockStanding.Asked;
        Payment = PaymentStanding.Asked;
    }

    internal void Describe(OrderPlaced order)
    {
        CustomerId = order.CustomerId;
        Lines = [.. order.Lines.Select(line => new StockLine { Sku = line.Sku, Quantity = line.Quantity })];
        TotalMinor = order.TotalMinor;
        Currency = order.Currency;
        PaymentMethod = order.PaymentMethod;
        PlacedAt = order.PlacedAt;
    }

    internal void Undo(OrderEnding ending, string reason)
    {
        Ending = ending;
        Reason = reason;
        CancelRequested |= ending == OrderEnding.Cancel;
        Reopen();
    }

    internal void End()
    {
        GetOn();
        EndedAt = UpdatedAt;
        DurationSeconds = (UpdatedAt - PlacedAt).TotalSeconds;
    }

    internal void Reopen()
    {
        EndedAt = null;
        DurationSeconds = null;
    }

    internal void Fail(StockStanding stock, string reason)
    {
        Stock = stock;
        Undo(OrderEnding.Reject, reason);
    }

    internal void Fail(PaymentStanding payment, string reason)
    {
        Payment = payment;
        Undo(OrderEnding.Reject, reason);
    }

    /// <summary>One that is known already is a repetition.</summary>
    internal void Expect(OrderReturnRequested request)
    {
        if (Returns?.Any(known => known.ReturnId == request.ReturnId) == true)
            return;
        // What was free is restocked, and nothing is refunded for it.
        Returns = [.. Returns ?? [], new()
        {
            ReturnId = request.ReturnId,
            Lines = request.Lines,
            RefundMinor = request.RefundMinor,
            Reason = request.Reason,
            Refunded = request.RefundMinor == 0,
        }];
    }

    internal void NoteReturn(Guid returnId, Func<SagaReturn, SagaReturn> note)
    {
        if (ReturnUnderWay is { } back && back.ReturnId == returnId && note(back) is var noted && noted != back)
            Returns = [.. Returns!.Select(known => known.ReturnId == returnId ? noted : known)];
    }

    /// <summary>The order knows of the return; a cancellation that waited for it is done now.</summary>
    internal void FinishReturn(Guid returnId)
    {
        NoteReturn(returnId, known => known with { Completed = true });
        if (CancelRequested && !OrderSagaPolicy.IsGivenBack(this))
            Ending = OrderEnding.Cancel;
    }

    /// <summary>Takes the mark away and nothing else: what is awaited goes on being repeated, and the next failure marks it again.</summary>
    internal void Resolve(ResolveOrderSaga resolution, DateTimeOffset at)
    {
        if (!NeedsAttention)
            return;
        NeedsAttention = false;
        Resolved = new(resolution.By, resolution.Reason, at);
    }

    internal void FailAgain()
    {
        Attempts++;
        NeedsAttention = OrderSagaPolicy.NeedsAttention(Attempts);
        Resolved = null;
    }

    internal void GetOn()
    {
        Attempts = 0;
        NeedsAttention = false;
        Resolved = null;
    }

    /// <summary>Too late to stop, too early to compensate: it is done as soon as the order is confirmed.</summary>
    internal void RememberCancellation(string reason)
    {
        if (CancelRequested)
            return;
        CancelRequested = true;
        Reason = reason;
    }
}

/// <summary>A return of some units on its way through Inventory, Payment and Order.Api.</summary>
public sealed record SagaReturn
{
    public required Guid ReturnId { get; init; }

    public required IReadOnlyList<StockLine> Lines { get; init; }

    public required long RefundMinor { get; init; }

    public required string Reason { get; init; }

    /// <summary>The units are on hand again.</summary>
    public bool Restocked { get; init; }

    /// <summary>The price is refunded.</summary>
    public bool Refunded { get; init; }

    /// <summary>The order knows.</summary>
    public bool Completed { get; init; }
}

/// <summary>An operator's word that a saga which needed attention is taken care of.</summary>
public sealed record AttentionResolved(string By, string Reason, DateTimeOffset At);

/// <summary>What the saga knows of the order's stock.</summary>
public enum StockStanding
{
    Untried,
    Asked,
    Reserved,
    Rejected,
    Confirmed,
    ConfirmationRejected,
    Cancelled,
    Returned,
}

/// <summary>What the saga knows of the order's payment.</summary>
public enum PaymentStanding
{
    Untried,
    Asked,
    Authorized,
    Declined,
    Captured,
    CaptureRejected,
    Voided,
    Refunded,
}

/// <summary>How an order ends.</summary>
public enum OrderEnding
{
    Undecided,
    Confirm,
    Reject,
    Cancel,
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(OrderSaga))]
internal sealed partial class OrderSagaJson : JsonSerializerContext;
