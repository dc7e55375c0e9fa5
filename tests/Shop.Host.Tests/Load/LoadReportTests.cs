using System.Diagnostics;
using System.Net;
using System.Text;
using Shop.Load;

namespace Shop.Host.Tests.Load;

public sealed class LoadReportTests
{
    [Theory]
    [InlineData(0.50, 50)]
    [InlineData(0.90, 90)]
    [InlineData(0.99, 99)]
    [InlineData(1.00, 100)]
    public void A_percentile_is_the_nearest_rank(double share, double milliseconds)
    {
        var ticks = Enumerable.Range(1, 100).Select(ms => ms * Stopwatch.Frequency / 1_000).ToArray();

        LoadReport.Percentile(ticks, share).ShouldBe(milliseconds);
    }

    [Theory]
    [InlineData(201, """{"status":"confirmed"}""", OrderOutcome.Confirmed)]
    [InlineData(201, """{"orderId":"x","status":"rejected","reason":"declined"}""", OrderOutcome.Rejected)]
    [InlineData(201, """{"status":"placed"}""", OrderOutcome.Error)]
    [InlineData(202, """{"status":"confirmed"}""", OrderOutcome.Error)]
    [InlineData(500, "", OrderOutcome.Error)]
    public void Only_a_201_that_says_how_it_ended_counts(int status, string answer, OrderOutcome expected) =>
        OrderClient.Classify((HttpStatusCode)status, Encoding.UTF8.GetBytes(answer)).Outcome.ShouldBe(expected);

    [Fact]
    public void The_same_seed_makes_the_same_orders_under_new_keys()
    {
        var options = new LoadOptions { Url = new("http://localhost"), Orders = 200, Concurrency = 1, DeclinedShare = 0.5, Skus = 5, LinesMax = 3, Seed = 7 };

        var first = OrderPlan.Create(options, Guid.CreateVersion7());
        var second = OrderPlan.Create(options, Guid.CreateVersion7());

        second.Bodies.ShouldBe(first.Bodies);
        second.Keys.Intersect(first.Keys).ShouldBeEmpty();
        first.UnitsBySku.Sum().ShouldBe(first.Bodies.Sum(body => Encoding.UTF8.GetString(body).Split("\"sku\"").Length - 1));
        first.Bodies.Count(body => Encoding.UTF8.GetString(body).Contains("pm_card_chargeDeclined", StringComparison.Ordinal)).ShouldBeInRange(60, 140);
    }
}
