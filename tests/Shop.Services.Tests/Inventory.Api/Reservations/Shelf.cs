namespace Shop.Inventory.Tests;

/// <summary>The inventory without a database: decides and folds, and keeps every event.</summary>
public sealed class Shelf
{
    public static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    public static readonly DateTimeOffset LeaseEnd = Noon.AddMinutes(10);

    private readonly Dictionary<string, List<StockEvent>> stock = new(StringComparer.Ordinal);
    private readonly Dictionary<Guid, List<ReservationEvent>> reservations = [];

    public IEnumerable<string> Skus => stock.Keys;

    public IEnumerable<Guid> Orders => reservations.Keys;

    public static Guid Order(int number) => new(number, 0, 0, [0, 0, 0, 0, 0, 0, 0, 1]);

    public static ReservationCommand.Reserve Try(Guid order, params (string Sku, int Quantity)[] lines) =>
        new(order, [.. lines.Select(line => new ReservedLine(line.Sku, line.Quantity))], LeaseEnd, ExpiryId: order);

    public static ReservationCommand.Confirm Confirm() => new();

    public static ReservationCommand.Cancel Cancel(Guid order) => new(order, "changed my mind");

    public static ReservationCommand.Return Return(Guid order) => new(order, "sent back");

    public static ReservationCommand.ReturnLines ReturnLines(Guid returnId, params (string Sku, int Quantity)[] lines) =>
        new(returnId, [.. lines.Select(line => new ReservedLine(line.Sku, line.Quantity))], "cracked");

    public static ReservationCommand.Expire Expire(int lease = 1, DateTimeOffset? at = null) => new(lease, at ?? LeaseEnd);

    public Shelf With(string sku, int units)
    {
        Stock(sku, new StockEvent.Received(sku, units, null));
        return this;
    }

    public StockItem Stock(string sku) => StockItem.Aggregate.Fold(StockEvents(sku));

    public Reservation Reservation(Guid order) => Shop.Inventory.Reservation.Aggregate.Fold(ReservationEvents(order));

    public List<StockEvent> StockEvents(string sku) => stock.TryGetValue(sku, out var events) ? events : [];

    public List<ReservationEvent> ReservationEvents(Guid order) => reservations.TryGetValue(order, out var events) ? events : [];

    public void Stock(string sku, StockEvent @event)
    {
        if (!stock.TryGetValue(sku, out var events))
            stock.Add(sku, events = []);
        events.Add(@event);
    }

    /// <summary>What the command's consumer does, and its reply.</summary>
    public (ReservationDecision Decision, object? Reply) Do(Guid order, ReservationCommand command)
    {
        var before = Reservation(order);
        var touched = ReservationDecider.Touches(command, before).Select(line => line.Sku).ToHashSet(StringComparer.Ordinal);
        var decision = ReservationDecider.Decide(command, before, sku => touched.Contains(sku) ? Stock(sku) : throw new InvalidOperationException($"{sku} was not loaded."));
        foreach (var change in decision.Stock)
        {
            touched.ShouldContain(change.Sku);
            foreach (var @event in change.Events)
                Stock(change.Sku, @event);
        }

        if (!reservations.TryGetValue(order, out var events))
            reservations.Add(order, events = []);
        events.AddRange(decision.Reservation);
        return (decision, Reply(order, command));
    }

    private object? Reply(Guid order, ReservationCommand command) => command switch
    {
        ReservationCommand.Reserve => ReservationReplies.ToReserve(order, Reservation(order)),
        ReservationCommand.Confirm => ReservationReplies.ToConfirm(order, Reservation(order)),
        ReservationCommand.Cancel => ReservationReplies.ToCancel(order, Reservation(order)),
        ReservationCommand.ReturnLines back => ReservationReplies.ToReturnLines(order, back.ReturnId, Reservation(order)),
        ReservationCommand.Return => ReservationReplies.ToReturn(order, Reservation(order)),
        _ => null,
    };
}
