using System.Globalization;
using System.Text.Json;

namespace Shop.Distributed.Tests.Running;

/// <summary>One order to place, the same for the same seed and number.</summary>
/// <param name="WaitSeconds">Of <c>Prefer: wait</c>; null sends no such header.</param>
/// <param name="IsCancelled">The shopper thinks better of it as soon as the order is acknowledged.</param>
internal sealed record PlannedOrder(string Key, string Sku, int Quantity, string Card, string? CustomerId, int? WaitSeconds, bool IsCancelled)
{
    public string Json => JsonSerializer.Serialize(new
    {
        customerId = CustomerId,
        lines = new[] { new { sku = Sku, quantity = Quantity } },
        currency = "GBP",
        paymentMethod = Card,
    });
}

/// <summary>What is bought: a few products that everybody wants, one of them scarce, with cards of every kind.</summary>
internal static class OrderPlan
{
    private const string Scarce = "SCARCE";
    private const int ScarceUnits = 20;
    private const int Units = 100_000;
    private static readonly string[] Names = ["1", "2", "3", Scarce];
    private static readonly string[] Cards =
    [
        "pm_card_visa", "pm_card_visa", "pm_card_visa", "pm_card_visa", "pm_card_chargeDeclined", "pm_card_errorAfterCharge",
        "pm_card_timeoutAfterCharge", "pm_card_captureRefused",
    ];

    /// <summary>What a run buys, and how many there are at first.</summary>
    public static IReadOnlyDictionary<string, int> Products(int run) => Names.ToDictionary(name => Sku(run, name), name => name == Scarce ? ScarceUnits : Units);

    /// <param name="run">One of several on the same shop; its products and keys are its own.</param>
    public static PlannedOrder Order(int seed, int run, int number)
    {
        // A hash of the runtime differs from process to process.
        var random = new Random(unchecked((seed * 31) + (number * 7_919)));
        return new(
            string.Create(CultureInfo.InvariantCulture, $"drill-{seed}-{run}-{number}"), Sku(run, Names[random.Next(Names.Length)]), random.Next(1, 4), Cards[random.Next(Cards.Length)],
            random.Next(10) == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"customer-{number % 50}"), random.Next(2) == 0 ? null : 2, random.Next(8) == 0);
    }

    private static string Sku(int run, string name) => string.Create(CultureInfo.InvariantCulture, $"DRILL-{run}-{name}");
}
