using System.Collections.Concurrent;
using System.Diagnostics;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace Shop.Messaging.Tests.Delivery;

public sealed class OutboxTraceTests
{
    private static readonly Uri Pings = new("queue:" + TestShop.PingQueue);

    private readonly ConcurrentQueue<(string Through, string? TraceId, string? State)> handled = [];

    [Fact]
    public async Task What_a_handler_sends_or_schedules_belongs_to_the_trace_of_the_request()
    {
        using var listener = Listen();
        await using var shop = await TestShop.StartAsync(arrange: probe => probe.OnPing = async (context, _) =>
        {
            await Note(context);
            if (context.Message.Through == "request")
            {
                await context.Send(Pings, new Ping { Id = context.Message.Id, Through = "send" });
                await context.ScheduleSend(Pings, TimeSpan.FromMilliseconds(500), new Ping { Id = context.Message.Id, Through = "schedule" });
            }
        });

        string traceId;
        using (var request = new Activity("request") { TraceStateString = "shop=1" }.Start())
        {
            traceId = request.TraceId.ToHexString();
            await shop.PublishAsync(new Ping { Id = Guid.CreateVersion7(), Through = "request" });
        }

        await TestShop.Eventually(() => handled.Count == 3, "all three were handled");
        handled.ShouldBe([("request", traceId, "shop=1"), ("send", traceId, "shop=1"), ("schedule", traceId, "shop=1")], ignoreOrder: true);
    }

    [Fact]
    public async Task What_a_killed_process_left_goes_on_in_its_trace()
    {
        using var listener = Listen();
        var reached = new TaskCompletionSource();
        var killed = new TaskCompletionSource();
        var first = await TestShop.StartAsync(keepFolder: true, arrange: probe => probe.OnPing = async (_, _) =>
        {
            reached.TrySetResult();
            await killed.Task;
        });
        string traceId;
        using (var request = new Activity("request").Start())
        {
            traceId = request.TraceId.ToHexString();
            await first.PublishAsync(new Ping { Id = Guid.CreateVersion7() });
        }

        await reached.Task;
        await first.KillAsync(killed.SetResult);

        await using var second = await TestShop.StartAsync(first.Folder, arrange: probe => probe.OnPing = (context, _) => Note(context));
        await TestShop.Eventually(() => handled.Count == 1, "the next process handled it");
        handled.Single().TraceId.ShouldBe(traceId);
    }

    [Fact]
    public async Task A_parked_message_is_redriven_in_its_trace()
    {
        using var listener = Listen();
        var broken = true;
        await using var shop = await TestShop.StartAsync(arrange: probe => probe.OnPing = (context, _) =>
            broken ? throw new InvalidOperationException("broken on purpose") : Note(context));
        string traceId;
        using (var request = new Activity("request").Start())
        {
            traceId = request.TraceId.ToHexString();
            await shop.PublishAsync(new Ping { Id = Guid.CreateVersion7() });
        }

        await shop.OutboxIsEmptyAsync();
        var parked = (await shop.Store.Engine.ReadParkedAsync(10, default)).ShouldHaveSingleItem();
        broken = false;
        (await shop.Services.GetRequiredService<ParkedMessages>().RedriveAsync(parked.Id)).ShouldBeTrue();

        await TestShop.Eventually(() => handled.Count == 1, "it was handled");
        handled.Single().TraceId.ShouldBe(traceId);
    }

    [Fact]
    public async Task Without_a_listener_a_row_carries_nothing_and_a_handler_has_no_activity()
    {
        await using var shop = await TestShop.StartAsync(arrange: probe => probe.OnPing = (context, _) => Note(context));
        using (new Activity("request").Start())
        {
            await shop.Store.ExecuteAsync(async unit =>
            {
                await shop.Outbox.SendAsync(unit, TestShop.PingQueue, new Ping { Id = Guid.CreateVersion7() });
                unit.Outbox.Single().Headers.ShouldBeNull();
                return true;
            });
        }

        await TestShop.Eventually(() => handled.Count == 1, "it was handled");
        handled.Single().ShouldBe(("", null, null));
    }

    private Task Note(ConsumeContext<Ping> context)
    {
        handled.Enqueue((context.Message.Through, Activity.Current?.TraceId.ToHexString(), Activity.Current?.TraceStateString));
        return Task.CompletedTask;
    }

    private static ActivityListener Listen()
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "MassTransit" or "Shop.Messaging",
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }
}
