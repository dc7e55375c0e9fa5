using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Shop.EventSourcing;

namespace Shop.Messaging.Tests.Delivery;

public sealed class InProcessDeliveryTests
{
    private static readonly AsyncLocal<string?> Surroundings = new();

    [Fact]
    public async Task A_handler_does_not_run_in_the_surroundings_of_the_one_that_sent_the_message()
    {
        var seen = new List<string?>();
        await using var shop = await TestShop.StartAsync(arrange: probe => probe.OnPing = (_, _) =>
        {
            seen.Add(Surroundings.Value);
            return Task.CompletedTask;
        });

        Surroundings.Value = "a request";
        await shop.PublishAsync(new Ping { Id = Guid.CreateVersion7() });

        await TestShop.Eventually(() => shop.Probe.Pings.Count == 1, "it was handled");
        seen.ShouldBe([null]);
    }

    [Fact]
    public async Task A_message_for_two_endpoints_is_delivered_when_both_have_committed()
    {
        var finish = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var second = new SecondProbe();
        await using var shop = await TestShop.StartAsync(
            arrange: probe => probe.OnPing = (_, _) => finish.Task,
            services: services => services.AddSingleton(second),
            more: bus => bus.AddServiceEndpoint<TestModule>("more-pings", endpoint => endpoint.Consumer<SecondConsumer>()));

        await shop.PublishAsync(new Ping { Id = Guid.CreateVersion7() });
        await TestShop.Eventually(() => second.Handled == 1, "one endpoint was done");
        await Task.Delay(500);
        (await shop.Store.Engine.ReadOutboxAsync(10, default)).ShouldHaveSingleItem("the other is not");

        finish.SetResult();
        await shop.OutboxIsEmptyAsync();
        shop.Probe.Pings.Count.ShouldBe(1);
        second.Handled.ShouldBe(1);
    }

    [Fact]
    public async Task A_message_that_met_too_much_contention_stays_in_the_outbox()
    {
        // Twenty attempts, and three pauses in between.
        var attemptsLeft = 80;
        var givenUp = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var shop = await TestShop.StartAsync(arrange: probe => probe.OnPing = (_, _) =>
        {
            if (Interlocked.Decrement(ref attemptsLeft) == 0)
                givenUp.SetResult();
            throw new ConcurrencyConflictException("on purpose");
        });

        await shop.PublishAsync(new Ping { Id = Guid.CreateVersion7() });
        await givenUp.Task.WaitAsync(TimeSpan.FromMinutes(3));
        await Task.Delay(1_000);

        (await shop.Store.Engine.ReadOutboxAsync(10, default)).ShouldHaveSingleItem();
        (await shop.Store.Engine.ReadParkedAsync(10, default)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_message_that_comes_from_the_store_is_read_as_it_was_sent()
    {
        var seen = new List<Ping>();
        await using var shop = await TestShop.StartAsync(arrange: probe => probe.OnPing = (context, _) =>
        {
            seen.Add(context.Message);
            return Task.CompletedTask;
        });
        var now = new Ping { Id = Guid.CreateVersion7(), Through = "memory" };
        var later = new Ping { Id = Guid.CreateVersion7(), Through = "the sweep" };

        await shop.Store.ExecuteAsync(async unit =>
        {
            await shop.Outbox.PublishAsync(unit, now);
            await shop.Outbox.ScheduleAsync(unit, TestShop.PingQueue, later, DateTimeOffset.UnixEpoch);
            return true;
        });

        await TestShop.Eventually(() => shop.Probe.Pings.Count == 2, "both were handled");
        seen.ShouldBe([now, later], ignoreOrder: true);
        seen.ShouldContain(ping => ReferenceEquals(ping, now), "its object was at hand");
    }

    public sealed class SecondProbe
    {
        private int handled;

        public int Handled => Volatile.Read(ref handled);

        public void Count() => Interlocked.Increment(ref handled);
    }

    public sealed class SecondConsumer(SecondProbe probe) : IConsumer<Ping>
    {
        public Task Consume(ConsumeContext<Ping> context)
        {
            probe.Count();
            return Task.CompletedTask;
        }
    }
}
