using System.Text.Json;

namespace Shop.Distributed.Tests.Running;

/// <summary>What <c>Order.Api</c> lists.</summary>
internal static class Orders
{
    /// <summary>All orders, through all pages.</summary>
    public static async Task<IReadOnlyList<JsonElement>> ListAsync(Cluster cluster)
    {
        var orders = new List<JsonElement>();
        for (string? after = null; ;)
        {
            var page = await cluster.ClientOf(Service.Order).GetAsync($"/orders?limit=200{(after is null ? "" : $"&after={after}")}");
            orders.AddRange(page["items"].EnumerateArray());
            after = page["next"].GetString();
            if (after is null)
                return orders;
        }
    }

    /// <summary>How many of a drill's orders ended for each reason.</summary>
    public static async Task<IReadOnlyDictionary<string, int>> ReasonsAsync(DrillRound drill) => (await ListAsync(drill.Cluster))
        .Where(order => order.TryGetProperty("reason", out _) && drill.Load.Acknowledged.Values.Contains(order.GetProperty("orderId").GetGuid()))
        .CountBy(order => order.GetProperty("reason").GetString()!).ToDictionary();
}
