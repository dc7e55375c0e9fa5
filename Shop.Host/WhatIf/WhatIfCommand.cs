using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Shop.EventSourcing.Storage;
using Shop.EventSourcing.WhatIf;
using Shop.Inventory;
using Shop.Messaging;
using Shop.Ordering;

namespace Shop.Host.WhatIf;

/// <summary>How it would have come out otherwise, from the logs of a data folder. Writes nothing; a shop may run on it meanwhile.</summary>
internal static class WhatIfCommand
{
    private const int Named = 20;

    public static Command Describe(Option<string> data)
    {
        var lease = new Option<int?>("--lease-seconds") { Description = "How long each reservation is held instead of as long as it was." };
        var deliveries = new Option<int>("--deliveries-percent") { Description = "How much of each delivery comes instead of all of it.", DefaultValueFactory = _ => 100 };
        lease.Validators.Add(result => Require(result, result.GetValue(lease) is null or >= 0, "--lease-seconds takes whole seconds, 0 or more."));
        deliveries.Validators.Add(result => Require(result, result.GetValue(deliveries) is >= 0 and <= 1_000, "--deliveries-percent takes a number from 0 to 1000."));
        var reservations = new Command("reservations", "Decide every reservation again, by the real decider, under another supposition.") { lease, deliveries };
        reservations.SetAction((parsed, cancellation) => ReservationsAsync(
            parsed.GetValue(data)!, new(parsed.GetValue(lease), parsed.GetValue(deliveries)), Console.Out, cancellation));

        var name = new Argument<string>("NAME") { Description = "An asynchronous read model, such as orders.v1." };
        var rows = new Command("rows", "Make the rows of a read model again, by this version of it, and compare them with those that are stored.") { name };
        rows.SetAction((parsed, cancellation) => RowsAsync(parsed.GetValue(data)!, parsed.GetValue(name)!, Console.Out, cancellation));
        return new("what-if", "How it would have come out otherwise, from the logs. Writes nothing; a shop may run on the folder meanwhile.") { reservations, rows };
    }

    /// <summary>Decides all reservations again, under another supposition.</summary>
    public static async Task<int> ReservationsAsync(string data, ReservationSupposition supposition, TextWriter output, CancellationToken cancellationToken)
    {
        await using var orders = Open(data, OrderingModuleExtensions.Store);
        await using var inventory = Open(data, InventoryRegistration.Store);
        var lines = new Dictionary<Guid, IReadOnlyList<ReservedLine>>();
        await foreach (var recorded in History.ReadAsync(orders, cancellationToken))
        {
            if (OrderEvent.Types.TryDeserialize(recorded.Type, recorded.Data, out var @event) && @event is OrderEvent.Placed placed)
                lines[placed.OrderId] = [.. placed.Lines.Select(line => new ReservedLine(line.Sku, line.Quantity))];
        }

        var events = 0;
        var whatIf = new ReservationWhatIf(supposition, orderId => lines.GetValueOrDefault(orderId));
        await foreach (var recorded in History.ReadAsync(inventory, cancellationToken))
        {
            whatIf.Apply(recorded);
            events++;
        }

        Print(whatIf, supposition, events, output);
        return 0;
    }

    /// <summary>Makes the rows of a read model again, by this version of it, and compares them with those that are stored.</summary>
    public static async Task<int> RowsAsync(string data, string name, TextWriter output, CancellationToken cancellationToken)
    {
        var known = ShopStores.All.SelectMany(definition => definition.AsyncProjections.Select(projection => (definition, projection))).ToList();
        if (known.FirstOrDefault(pair => pair.projection.Name == name) is not { projection: { } projection, definition: { } definition })
            throw new StartException($"There is no asynchronous read model {name}, but {string.Join(", ", known.Select(pair => pair.projection.Name))}.");
        await using var engine = Open(data, definition);
        var difference = await new SupposedRows(engine, projection).CompareAsync(Named, cancellationToken);
        output.WriteLine(Text($"Read model {name}, made again from {difference.LivePosition:N0} events: {difference.OtherRows:N0} rows. Stored: {difference.LiveRows:N0}."));
        output.WriteLine(Text($"Differing: {difference.Changed:N0} changed, {difference.OnlyLive:N0} only stored, {difference.OnlyOther:N0} only made. Nothing was written."));
        foreach (var row in difference.Rows)
            output.WriteLine($"  {row.Key}: {string.Join(", ", row.Columns.Select(column => $"{column.Column} {column.Live ?? "-"} -> {column.Other ?? "-"}"))}");
        return 0;
    }

    private static void Print(ReservationWhatIf whatIf, ReservationSupposition supposition, int events, TextWriter output)
    {
        var lease = supposition.LeaseSeconds is { } seconds ? Text($"leases of {seconds} s") : "leases as they were";
        output.WriteLine(Text($"What if: {lease}, {supposition.DeliveryPercent} % of each delivery. {events:N0} events of the inventory decided again; nothing was written."));
        output.WriteLine();
        output.WriteLine(Text($"{"reservations",-24}{"actual",12}{"supposed",12}"));
        var actual = Outcomes(whatIf.Actual);
        var supposed = Outcomes(whatIf.Supposed);
        foreach (var outcome in actual.Keys.Union(supposed.Keys).Order(StringComparer.Ordinal))
            output.WriteLine(Text($"{outcome,-24}{actual.GetValueOrDefault(outcome),12:N0}{supposed.GetValueOrDefault(outcome),12:N0}"));
        output.WriteLine(Text($"{"units sold",-24}{Sold(whatIf.Actual),12:N0}{Sold(whatIf.Supposed),12:N0}"));

        var differences = whatIf.Differences().ToList();
        output.WriteLine();
        output.WriteLine(Text($"Orders that would have ended otherwise: {differences.Count:N0}"));
        foreach (var difference in differences.Take(Named))
            output.WriteLine($"  {difference.OrderId}: {difference.Actual} -> {difference.Supposed}");
        if (differences.Count > Named)
            output.WriteLine(Text($"  and {differences.Count - Named:N0} more"));
        if (differences.Exists(difference => difference.Supposed == "held"))
            output.WriteLine("Held: nobody confirmed them in fact, so that nobody can say how they would have ended.");
    }

    private static Dictionary<string, int> Outcomes(SupposedStreams streams) =>
        streams.All(Reservation.Aggregate).GroupBy(pair => ReservationWhatIf.Name(pair.State)).ToDictionary(group => group.Key, group => group.Count());

    private static long Sold(SupposedStreams streams) => streams.All(StockItem.Aggregate).Sum(pair => pair.State.Sold - pair.State.Returned);

    private static IStorageEngine Open(string data, StoreDefinition definition) => ShopStores.Open(ShopStores.Configure(data), definition);

    private static void Require(OptionResult result, bool isSo, string message)
    {
        if (!isSo)
            result.AddError(message);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
