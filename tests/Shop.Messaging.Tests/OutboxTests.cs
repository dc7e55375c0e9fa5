using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace Shop.Messaging.Tests;

public sealed class OutboxTests
{
    public static TheoryData<string> Interfaces => [.. Ways.Keys];

    private static readonly Dictionary<string, Func<ConsumeContext<Ping>, IServiceProvider, Pong, Task>> Ways = new()
    {
        ["ConsumeContext.Publish"] = (context, _, pong) => context.Publish(pong),
        ["ConsumeContext.Send"] = (context, _, pong) => context.Send(new Uri("queue:" + TestShop.PongQueue), pong),
        ["ConsumeContext.GetSendEndpoint"] = async (context, _, pong) => await (await context.GetSendEndpoint(new("queue:" + TestShop.PongQueue))).Send(pong),
        ["ConsumeContext.ScheduleSend"] = (context, _, pong) => context.ScheduleSend(new("queue:" + TestShop.PongQueue), DateTime.UnixEpoch, pong),
        ["ConsumeContext.SchedulePublish"] = (context, _, pong) => context.SchedulePublish(DateTime.UnixEpoch, pong),
        ["IPublishEndpoint"] = (_, provider, pong) => provider.GetRequiredService<IPublishEndpoint>().Publish(pong),
        ["ISendEndpointProvider"] = async (_, provider, pong) =>
            await (await provider.GetRequiredService<ISendEndpointProvider>().GetSendEndpoint(new("queue:" + TestShop.PongQueue))).Send(pong),
        ["IMessageScheduler"] = (_, provider, pong) =>
            provider.GetRequiredService<IMessageScheduler>().ScheduleSend(new("queue:" + TestShop.PongQueue), DateTime.UnixEpoch, pong),
    };

    [Theory]
    [MemberData(nameof(Interfaces))]
    public async Task What_a_handler_sends_leaves_after_its_commit(string way)
    {
        var sent = new TaskCompletionSource();
        var finish = new TaskCompletionSource();
        await using var shop = await TestShop.StartAsync(arrange: probe => probe.OnPing = async (context, provider) =>
        {
            await Ways[way](context, provider, new() { Id = context.Message.Id });
            sent.SetResult();
            await finish.Task;
        });

        await shop.PublishAsync(new Ping { Id = Guid.CreateVersion7() });
        await sent.Task;
        await Task.Delay(300);
        shop.Probe.Pongs.ShouldBeEmpty("the handler has not committed");

        finish.SetResult();
        await TestShop.Eventually(() => shop.Probe.Pongs.Count == 1, "the message left");
        await shop.OutboxIsEmptyAsync();
        shop.Probe.Pongs.Count.ShouldBe(1);
    }

    [Theory]
    [MemberData(nameof(Interfaces))]
    public async Task What_a_failed_handler_sends_never_leaves(string way)
    {
        await using var shop = await TestShop.StartAsync(arrange: probe => probe.OnPing = async (context, provider) =>
        {
            await Ways[way](context, provider, new() { Id = context.Message.Id });
            throw new InvalidOperationException("broken on purpose");
        });

        await shop.PublishAsync(new Ping { Id = Guid.CreateVersion7() });
        await shop.OutboxIsEmptyAsync();

        shop.Probe.Pongs.ShouldBeEmpty();
        var parked = (await shop.Store.Engine.ReadParkedAsync(10, default)).ShouldHaveSingleItem();
        parked.Endpoint.ShouldBe(TestShop.PingQueue);
        parked.Reason.ShouldBe("broken on purpose");
        parked.Exception.ShouldContain(nameof(InvalidOperationException));
    }

    [Fact]
    public async Task What_another_process_left_to_be_sent_at_once_is_swept_up()
    {
        await using var shop = await TestShop.StartAsync(arrange: probe => probe.OnPing = (context, _) =>
            context.ScheduleSend(new("queue:" + TestShop.PongQueue), new DateTime(2999, 1, 1, 0, 0, 0, DateTimeKind.Utc), new Pong { Id = context.Message.Id }));
        await shop.PublishAsync(new Ping { Id = Guid.CreateVersion7() });
        await TestShop.Eventually(() => shop.Store.Counters.Messages == 1, "the message is scheduled");
        var scheduled = (await shop.Store.Engine.ReadOutboxAsync(10, default)).Single(message => message.DueAt is not null);

        // Past the dispatcher, as if another process had committed it and stopped.
        await shop.Store.Engine.CommitAsync([new() { OutboxDeletes = [scheduled.Id], Outbox = [scheduled with { DueAt = null }] }], default);
        await shop.Store.Engine.ReleaseOutboxClaimsAsync([scheduled.Id], default);

        await TestShop.Eventually(() => shop.Probe.Pongs.Count == 1, "the message left");
    }

    [Fact]
    public async Task A_repeated_message_is_handled_once()
    {
        await using var shop = await TestShop.StartAsync(arrange: probe => probe.OnPing = async (context, _) =>
        {
            await context.UnitOfWork().DecideAsync(Notes.Aggregate, context.Message.Id, _ => [new NoteEvent.Taken("ping")]);
            await context.Publish(new Pong { Id = context.Message.Id });
        });
        var id = Guid.CreateVersion7();
        var bus = shop.Services.GetRequiredService<IBus>();

        for (var i = 0; i < 5; i++)
            await bus.Publish(new Ping { Id = id }, context => context.MessageId = id);

        await TestShop.Eventually(() => shop.Store.Counters.Duplicates == 4, "four repeats were recognised");
        await shop.OutboxIsEmptyAsync();
        (await shop.Store.ReadAsync(Notes.Aggregate, id)).State.Count.ShouldBe(1);
        shop.Probe.Pongs.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Many_handlers_on_one_stream_share_commits_and_lose_nothing()
    {
        var stream = Guid.CreateVersion7();
        await using var shop = await TestShop.StartAsync(arrange: probe => probe.OnPing = async (context, _) =>
            await context.UnitOfWork().DecideAsync(Notes.Aggregate, stream, notes => [new NoteEvent.Taken($"{notes.Count}")]));

        await Task.WhenAll(Enumerable.Range(0, 500).Select(_ => shop.PublishAsync(new Ping { Id = Guid.CreateVersion7() })));

        await shop.OutboxIsEmptyAsync();
        (await shop.Store.ReadAsOfAsync(Notes.Aggregate, stream.ToString())).Version.ShouldBe(500);
        shop.Store.Counters.Messages.ShouldBe(500);
        shop.Store.Counters.Commits.ShouldBeLessThan(1_000, "handlers of one stream share commits");
    }

    [Fact]
    public async Task A_scheduled_message_comes_when_it_is_due_and_can_be_taken_back()
    {
        await using var shop = await TestShop.StartAsync();
        var now = TimeProvider.System.GetUtcNow();
        var (kept, takenBack) = (new Pong { Id = Guid.CreateVersion7() }, new Pong { Id = Guid.CreateVersion7() });

        var (token, _) = await shop.Store.ExecuteAsync(async unit =>
        {
            await shop.Outbox.ScheduleAsync(unit, TestShop.PongQueue, kept, now.AddSeconds(3));
            return await shop.Outbox.ScheduleAsync(unit, TestShop.PongQueue, takenBack, now.AddSeconds(3));
        });
        await shop.Store.ExecuteAsync(unit =>
        {
            unit.CancelScheduled(token);
            return Task.FromResult(true);
        });
        shop.Probe.Pongs.ShouldBeEmpty();

        await shop.OutboxIsEmptyAsync();
        shop.Probe.Pongs.ShouldBe([kept.Id]);
    }

    [Fact]
    public async Task A_message_whose_handler_was_cut_off_is_handled_after_the_restart()
    {
        var started = new TaskCompletionSource();
        var folder = "";
        await using (var first = await TestShop.StartAsync(keepFolder: true, arrange: probe => probe.OnPing = async (context, _) =>
        {
            started.TrySetResult();
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        }))
        {
            folder = first.Folder;
            await first.PublishAsync(new Ping { Id = Guid.CreateVersion7() });
            await started.Task;
        }

        await using var second = await TestShop.StartAsync(folder);
        await TestShop.Eventually(() => second.Probe.Pings.Count == 1, "the message was handled after the restart");
        await second.OutboxIsEmptyAsync();
    }
}
