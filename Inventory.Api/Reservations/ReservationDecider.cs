namespace Shop.Inventory;

/// <summary>What may be asked of the stock of one order; the time and the ids come with the command.</summary>
public abstract record ReservationCommand
{
    private ReservationCommand()
    {
    }

    /// <summary>Try.</summary>
    public sealed record Reserve(Guid OrderId, IReadOnlyList<ReservedLine> Lines, DateTimeOffset LeaseExpiresAt, Guid ExpiryId) : ReservationCommand;

    public sealed record Confirm : ReservationCommand;

    public sealed record Cancel(Guid OrderId, string Reason) : ReservationCommand;

    /// <summary>Compensation.</summary>
    public sealed record Return(Guid OrderId, string Reason) : ReservationCommand;

    /// <summary>Some of the sold units are back.</summary>
    public sealed record ReturnLines(Guid ReturnId, IReadOnlyList<ReservedLine> Lines, string Reason) : ReservationCommand;

    public sealed record Expire(int LeaseNumber, DateTimeOffset Now) : ReservationCommand;
}

/// <summary>What one decision writes, all of it or nothing.</summary>
/// <param name="Stock">Events by SKU; each SKU at most once.</param>
public sealed record ReservationDecision(IReadOnlyList<ReservationEvent> Reservation, IReadOnlyList<StockChange> Stock)
{
    public static readonly ReservationDecision Nothing = new([], []);
}

public sealed record StockChange(string Sku, IReadOnlyList<StockEvent> Events);

/// <summary>The units of one SKU on all lines of an order.</summary>
public readonly record struct SkuUnits(string Sku, long Units);

public static class ReservationDecider
{
    // A reservation is held once; a lease that could be renewed would count on from here.
    private const int FirstLease = 1;
    private const int ShortagesNamed = 10;

    /// <summary>The lines whose stock <see cref="Decide"/> needs for this command in this state; none when nothing can change.</summary>
    public static IReadOnlyList<ReservedLine> Touches(ReservationCommand command, Reservation state) => (command, state) switch
    {
        (ReservationCommand.Reserve reserve, Reservation.Untried) => reserve.Lines,
        (ReservationCommand.Confirm or ReservationCommand.Cancel or ReservationCommand.Return or ReservationCommand.Expire, Reservation.Held held) => held.Lines,
        (ReservationCommand.Confirm, Reservation.Expired expired) => expired.Lines,
        (ReservationCommand.Return, Reservation.Confirmed confirmed) => confirmed.Lines,
        (ReservationCommand.ReturnLines back, Reservation.Confirmed) => back.Lines,
        _ => [],
    };

    /// <summary>Decides one command on the reservation and on the stock of all its lines, together.</summary>
    /// <param name="stock">The stock of a SKU; asked for those of <see cref="Touches"/> only.</param>
    public static ReservationDecision Decide(ReservationCommand command, Reservation state, Func<string, StockItem> stock) => (command, state) switch
    {
        (ReservationCommand.Reserve reserve, Reservation.Untried) => Reserve(reserve, stock),

        // The lease may have run out: as long as nobody released the units, they are this order's.
        (ReservationCommand.Confirm, Reservation.Held held) =>
            new([new ReservationEvent.Confirmed()], Change(held.Lines, units => [new StockEvent.Sold(held.OrderId, units)])),
        (ReservationCommand.Confirm, Reservation.Expired expired) => ConfirmExpired(expired, stock),

        (ReservationCommand.Cancel cancel, Reservation.Untried) => Only(new ReservationEvent.Fenced(cancel.OrderId, cancel.Reason)),
        (ReservationCommand.Cancel cancel, Reservation.Held held) => Release(held, new ReservationEvent.Cancelled(cancel.Reason)),
        (ReservationCommand.Cancel cancel, Reservation.Expired) => Only(new ReservationEvent.Cancelled(cancel.Reason)),

        (ReservationCommand.Return back, Reservation.Untried) => Only(new ReservationEvent.Fenced(back.OrderId, back.Reason)),
        (ReservationCommand.Return back, Reservation.Held held) => Release(held, new ReservationEvent.Cancelled(back.Reason)),
        (ReservationCommand.Return back, Reservation.Expired) => Only(new ReservationEvent.Cancelled(back.Reason)),
        (ReservationCommand.Return back, Reservation.Confirmed confirmed) =>
            new([new ReservationEvent.Returned(back.Reason)], Change(Sold(confirmed), units => [new StockEvent.Returned(confirmed.OrderId, units)])),
        (ReservationCommand.ReturnLines back, Reservation.Confirmed confirmed) when !confirmed.HasReturn(back.ReturnId) => ReturnLines(back, confirmed),

        (ReservationCommand.Expire expire, Reservation.Held held) when expire.LeaseNumber == held.Lease.Number && expire.Now >= held.Lease.ExpiresAt =>
            Release(held, new ReservationEvent.Expired(held.Lease.Number)),

        // Everything else repeats a decision or comes second to one. A rejected reservation is final and needs no fence.
        _ => ReservationDecision.Nothing,
    };

    private static ReservationDecision Reserve(ReservationCommand.Reserve reserve, Func<string, StockItem> stock)
    {
        if (reserve.Lines.Count == 0 || reserve.Lines.Any(line => line.Quantity < 1))
            throw new InvalidOperationException($"Order {reserve.OrderId} wants no units, or less than one on a line.");

        var wanted = UnitsBySku(reserve.Lines);
        return Shortage(wanted, stock) is { } shortage
            ? Only(new ReservationEvent.Rejected(reserve.OrderId, shortage))
            : new(
                [new ReservationEvent.Held(reserve.OrderId, reserve.Lines, reserve.LeaseExpiresAt, FirstLease, reserve.ExpiryId)],
                Change(wanted, units => [new StockEvent.Reserved(reserve.OrderId, units)]));
    }

    private static ReservationDecision ConfirmExpired(Reservation.Expired expired, Func<string, StockItem> stock)
    {
        var wanted = UnitsBySku(expired.Lines);
        return Shortage(wanted, stock) is { } shortage
            ? Only(new ReservationEvent.ConfirmationRejected($"lease expired and stock gone: {shortage}"))
            : new(
                [new ReservationEvent.Confirmed()],
                Change(wanted, units => [new StockEvent.Reserved(expired.OrderId, units), new StockEvent.Sold(expired.OrderId, units)]));
    }

    private static ReservationDecision ReturnLines(ReservationCommand.ReturnLines back, Reservation.Confirmed confirmed)
    {
        var sold = Sold(confirmed).ToDictionary(line => line.Sku, line => line.Units, StringComparer.Ordinal);
        var returned = UnitsBySku(back.Lines);
        if (returned.FirstOrDefault(line => line.Units < 1 || line.Units > sold.GetValueOrDefault(line.Sku)) is { Sku: { } sku } line)
            throw new InvalidOperationException($"Order {confirmed.OrderId} cannot return {line.Units} of {sku}: {sold.GetValueOrDefault(sku)} are sold to it.");
        return new(
            [new ReservationEvent.LinesReturned(back.ReturnId, back.Lines, back.Reason)], Change(returned, units => [new StockEvent.Returned(confirmed.OrderId, units)]));
    }

    /// <summary>What is sold to the order and has not come back.</summary>
    private static List<SkuUnits> Sold(Reservation.Confirmed confirmed)
    {
        var back = confirmed.Returns.SelectMany(known => known.Lines).GroupBy(line => line.Sku, StringComparer.Ordinal)
            .ToDictionary(lines => lines.Key, lines => lines.Sum(line => (long)line.Quantity), StringComparer.Ordinal);
        return [.. UnitsBySku(confirmed.Lines).Select(line => line with { Units = line.Units - back.GetValueOrDefault(line.Sku) }).Where(line => line.Units > 0)];
    }

    private static ReservationDecision Release(Reservation.Held held, ReservationEvent why) =>
        new([why], Change(held.Lines, units => [new StockEvent.Released(held.OrderId, units)]));

    private static ReservationDecision Only(ReservationEvent @event) => new([@event], []);

    private static StockChange[] Change(IReadOnlyList<ReservedLine> lines, Func<long, StockEvent[]> events) => Change(UnitsBySku(lines), events);

    private static StockChange[] Change(IReadOnlyList<SkuUnits> wanted, Func<long, StockEvent[]> events) =>
        [.. wanted.Select(line => new StockChange(line.Sku, events(line.Units)))];

    private static string? Shortage(IReadOnlyList<SkuUnits> wanted, Func<string, StockItem> stock)
    {
        var shortages = wanted.Select(line => (line, available: stock(line.Sku).Available)).Where(line => line.available < line.line.Units).ToArray();
        return shortages.Length == 0
            ? null
            : string.Join("; ", shortages.Take(ShortagesNamed).Select(shortage => $"{shortage.line.Sku}: wanted {shortage.line.Units}, available {shortage.available}"))
              + (shortages.Length > ShortagesNamed ? $"; and {shortages.Length - ShortagesNamed} more" : "");
    }

    private static List<SkuUnits> UnitsBySku(IReadOnlyList<ReservedLine> lines)
    {
        var units = new List<SkuUnits>(lines.Count);
        var places = new Dictionary<string, int>(lines.Count, StringComparer.Ordinal);
        foreach (var line in lines)
        {
            if (places.TryAdd(line.Sku, units.Count))
                units.Add(new(line.Sku, line.Quantity));
            else
                units[places[line.Sku]] = new(line.Sku, units[places[line.Sku]].Units + line.Quantity);
        }

        return units;
    }
}
