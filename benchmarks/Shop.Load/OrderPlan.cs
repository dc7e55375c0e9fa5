using System.Text;

namespace Shop.Load;

/// <summary>All requests of a run, made before it starts: the client shares its processors with the server it measures.</summary>
public sealed class OrderPlan
{
    private OrderPlan(byte[][] bodies, string[] keys, long[] unitsBySku)
    {
        Bodies = bodies;
        Keys = keys;
        UnitsBySku = unitsBySku;
    }

    /// <summary>UTF-8 JSON of each order, warm-up first.</summary>
    public IReadOnlyList<byte[]> Bodies { get; }

    /// <summary>Idempotency key of each order.</summary>
    public IReadOnlyList<string> Keys { get; }

    /// <summary>Units of each product that the whole run can sell.</summary>
    public IReadOnlyList<long> UnitsBySku { get; }

    /// <param name="runId">Makes the keys of this run its own: the same seed again means new orders, not repeats.</param>
    public static OrderPlan Create(LoadOptions options, Guid runId)
    {
        var random = new Random(options.Seed);
        var count = options.WarmupOrders + options.Orders;
        var bodies = new byte[count][];
        var keys = new string[count];
        var units = new long[options.Skus];
        for (var order = 0; order < count; order++)
        {
            var skus = ChooseSkus(random, options);
            foreach (var sku in skus)
                units[sku]++;
            bodies[order] = Body(customer: random.Next(1_000), skus, declined: random.NextDouble() < options.DeclinedShare);
            keys[order] = $"load-{runId:N}-{order}";
        }

        return new(bodies, keys, units);
    }

    public static string SkuName(int index) => $"LOAD-{index:0000}";

    private static List<int> ChooseSkus(Random random, LoadOptions options)
    {
        var lines = random.Next(1, Math.Min(options.LinesMax, options.Skus) + 1);
        var chosen = new List<int>(lines);
        while (chosen.Count < lines)
        {
            var sku = random.Next(options.Skus);
            if (!chosen.Contains(sku))
                chosen.Add(sku);
        }

        return chosen;
    }

    private static byte[] Body(int customer, List<int> skus, bool declined)
    {
        var lines = string.Join(',', skus.Select(sku => $$"""{"sku":"{{SkuName(sku)}}","quantity":1}"""));
        var card = declined ? "pm_card_chargeDeclined" : "pm_card_visa";
        return Encoding.UTF8.GetBytes(
            $$"""{"customerId":"load-{{customer:000}}","lines":[{{lines}}],"currency":"GBP","paymentMethod":"{{card}}"}""");
    }
}
