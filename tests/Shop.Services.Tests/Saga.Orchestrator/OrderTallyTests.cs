using System.Text;
using System.Text.Json.Nodes;
using Shop.Messaging.Sagas;
using Shop.Orchestration;

namespace Shop.Services.Tests.Saga.Orchestrator;

public sealed class OrderTallyTests
{
    private readonly ManualClock clock = new();
    private readonly OrderTally tally;

    public OrderTallyTests() => tally = new(clock);

    [Fact]
    public void An_order_counts_in_the_step_in_which_it_ended()
    {
        var started = clock.GetUtcNow();
        clock.Advance(TimeSpan.FromMinutes(2));

        // Heard of out of order, as what another replica appended may be.
        foreach (var (to, seconds) in (IEnumerable<(string, int)>)[("Cancelled", 119), ("Confirmed", 0), ("Rejected", 61), ("Confirmed", 119), ("Confirmed", 9)])
            tally.Count(End("Closing", to, started.AddSeconds(seconds)));

        var overview = tally.Read();
        Steps(overview).ShouldBe([(started, 2, 0, 0), (started.AddSeconds(60), 0, 1, 0), (started.AddSeconds(110), 1, 0, 1)]);
        (overview.PerMinute, overview.Ended.Count).ShouldBe((2, 180));
    }

    [Fact]
    public void What_is_heard_of_after_its_half_hour_is_left_out()
    {
        var now = clock.GetUtcNow();

        tally.Count(End("Completing", "Confirmed", now.AddMinutes(-30)));
        tally.Count(End("Completing", "Confirmed", now.AddDays(-3)));
        tally.Count(End("Completing", "Confirmed", now.AddMinutes(-29)));

        Steps(tally.Read()).ShouldBe([(now.AddMinutes(-29), 1, 0, 0)]);
        tally.Read().P50Seconds.ShouldBeNull("it is not of the last five minutes");
    }

    [Fact]
    public void A_step_is_given_up_for_the_one_half_an_hour_later()
    {
        var started = clock.GetUtcNow();
        tally.Count(End("Completing", "Confirmed", started));
        clock.Advance(TimeSpan.FromMinutes(30));

        Steps(tally.Read()).ShouldBeEmpty();
        tally.Count(End("Closing", "Rejected", clock.GetUtcNow()));
        tally.Count(End("Completing", "Confirmed", started));

        Steps(tally.Read()).ShouldBe([(clock.GetUtcNow(), 0, 1, 0)]);
    }

    [Fact]
    public void What_ended_by_a_clock_that_is_ahead_counts_now()
    {
        tally.Count(End("Completing", "Confirmed", clock.GetUtcNow().AddHours(1)));

        Steps(tally.Read()).ShouldBe([(clock.GetUtcNow(), 1, 0, 0)]);
    }

    [Fact]
    public void Only_what_ends_an_order_counts()
    {
        var now = clock.GetUtcNow();

        tally.Count(Stored("""{"from":"Trying","to":"Trying","on":"StockReserved","changes":{"stock":"Reserved","updatedAt":"2026-03-01T12:00:00Z"}}"""));
        tally.Count(Stored("""{"from":"Cancelled","to":"Cancelled","on":"OrderPlaced","changes":{"customerId":"alice"}}"""));
        tally.Count(Stored("""{"from":"Confirmed","to":"Returning","on":"OrderReturnRequested","changes":{"currentState":"Returning","endedAt":null,"durationSeconds":null}}"""));
        tally.Count(End("Recording", "Confirmed", now));

        Steps(tally.Read()).ShouldBeEmpty();
    }

    [Fact]
    public void An_order_that_is_confirmed_and_cancelled_later_has_ended_twice()
    {
        tally.Count(End("Completing", "Confirmed", clock.GetUtcNow()));
        tally.Count(End("Closing", "Cancelled", clock.GetUtcNow()));

        Steps(tally.Read()).ShouldBe([(clock.GetUtcNow(), 1, 0, 1)]);
    }

    [Fact]
    public void Durations_are_within_a_tenth_and_what_was_stored_without_one_counts_all_the_same()
    {
        foreach (var seconds in (double?[])[1, 1, 8, null, null, null])
            tally.Count(End("Completing", "Confirmed", clock.GetUtcNow(), seconds));

        var overview = tally.Read();
        overview.PerMinute.ShouldBe(6);
        overview.P50Seconds!.Value.ShouldBe(1, 0.1);
        overview.P99Seconds!.Value.ShouldBe(8, 0.8);
    }

    [Fact]
    public async Task The_stored_end_of_a_saga_says_how_long_it_took_and_no_other_state_does()
    {
        var rig = new SagaRig();
        var orderId = await rig.SagaInAsync("Completing");
        rig.Find(orderId)!.DurationSeconds.ShouldBeNull();
        rig.Clock.Advance(TimeSpan.FromSeconds(4));

        await rig.TellAsync(orderId, "OrderConfirmed");
        rig.Find(orderId)!.DurationSeconds.ShouldBe(5);
        await rig.TellAsync(orderId, "OrderReturnRequested");
        rig.Find(orderId)!.DurationSeconds.ShouldBeNull();
        await rig.TellAllAsync(orderId, "StockLinesReturned", "PaymentPartRefunded", "OrderReturnCompleted", "OrderCancellationRequested");
        rig.Find(orderId)!.DurationSeconds.ShouldBeNull();
        rig.Clock.Advance(TimeSpan.FromSeconds(1));
        await rig.TellAllAsync(orderId, "StockReturned", "PaymentRefunded", "OrderCancelled");
        rig.Find(orderId)!.DurationSeconds.ShouldBe(6);
    }

    private static SagaTransitioned End(string from, string to, DateTimeOffset at, double? seconds = null)
    {
        var changes = new JsonObject { ["currentState"] = to, ["endedAt"] = at };
        if (seconds is not null)
            changes["durationSeconds"] = seconds;
        return Stored(new JsonObject { ["from"] = from, ["to"] = to, ["on"] = "OrderConfirmed", ["changes"] = changes }.ToJsonString());
    }

    private static SagaTransitioned Stored(string json)
    {
        OrderSagas.Streams.Aggregate.Events.TryDeserialize("saga-transitioned.v1", Encoding.UTF8.GetBytes(json), out var stored).ShouldBeTrue();
        return (SagaTransitioned)stored!;
    }

    private static (DateTimeOffset, int, int, int)[] Steps(OrdersOverview overview) =>
        [.. overview.Ended.Where(step => step.Confirmed + step.Rejected + step.Cancelled > 0).Select(step => (step.From, step.Confirmed, step.Rejected, step.Cancelled))];
}
