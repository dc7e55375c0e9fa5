using System.Diagnostics.Metrics;

namespace Shop.Ordering;

/// <summary>Orders placed and ended, on the meter <c>Shop.Orders</c>.</summary>
public sealed class OrderMetrics
{
    private readonly Counter<long> placed;
    private readonly Counter<long> ended;

    public OrderMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("Shop.Orders");
        placed = meter.CreateCounter<long>("shop.orders.placed", "{order}", "Orders accepted.");
        ended = meter.CreateCounter<long>("shop.orders.ended", "{order}", "Orders that came to an end; one that is cancelled after it was confirmed does so twice.");
    }

    public void Placed() => placed.Add(1);

    public void Ended(Order.Ended order)
    {
        if (ended.Enabled)
            ended.Add(1, new KeyValuePair<string, object?>("outcome", Outcome(order)));
    }

    private static string Outcome(Order.Ended order) => order switch
    {
        Order.Confirmed => "confirmed",
        Order.Rejected => "rejected",
        _ => "cancelled",
    };
}
