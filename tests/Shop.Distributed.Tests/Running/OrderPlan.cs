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
    public const string Scarce = "DRILL-SCARCE";
    public const int ScarceUnits = 20;
    public const int Units = 100_000;

    public static readonly IReadOnlyList<string> Skus = ["DRILL-1", "DRILL-2", "DRILL-3", Scarce];

    private static readonly string[] Cards =
    [
        "pm_card_visa", "pm_card_visa", "pm_card_visa", "pm_card_visa", "pm_card_chargeDeclined", "pm_card_errorAfterCharge",
        "pm_card_timeoutAfterCharge", "pm_card_captureRefused",
    ];

    public static PlannedOrder Order(int seed, int number)
    {
        // A hash of the runtime differs from process to process.
        var random = new Random(unchecked((seed * 31) + (number * 7_919)));
        return new(
            string.Create(CultureInfo.InvariantCulture, $"drill-{seed}-{number}"), Skus[random.Next(Skus.Count)], random.Next(1, 4), Cards[random.Next(Cards.Length)],
            random.Next(10) == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"customer-{number % 50}"), random.Next(2) == 0 ? null : 2, random.Next(8) == 0);
    }
}
