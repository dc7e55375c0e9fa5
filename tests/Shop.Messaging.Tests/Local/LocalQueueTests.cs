using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Shop.EventSourcing;
using Shop.Messaging.Local;

namespace Shop.Messaging.Tests.Local;

public sealed class LocalQueueTests
{
    private const string Queue = "chores";

    [Fact]
    public async Task Work_is_done_once_after_the_commit_and_what_it_sends_leaves()
    {
        var chores = new Chores();
        await using var shop = await StartAsync(chores);
        var id = Guid.CreateVersion7();

        await SendAsync(shop, new Chore { Id = id });

        await TestShop.Eventually(() => shop.Probe.Pongs.Count == 1, "the work published its pong");
        await shop.OutboxIsEmptyAsync();
        chores.Done.ShouldBe([id]);
        (await shop.Store.ReadAsync(Notes.Aggregate, id)).State.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Nothing_is_done_before_the_commit_nor_without_it()
    {
        var chores = new Chores();
        await using var shop = await StartAsync(chores);

        var unit = shop.Store.Begin();
        shop.Services.GetRequiredService<LocalQueue<Chore>>().Send(unit, new() { Id = Guid.CreateVersion7() });
        await Task.Delay(300);
        unit.Abandon();
        await SendAsync(shop, new Chore { Id = Guid.CreateVersion7() });

        await TestShop.Eventually(() => shop.Probe.Pongs.Count == 1, "the committed one was done");
        chores.Done.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Work_with_a_pause_waits_for_it()
    {
        var chores = new Chores();
        await using var shop = await StartAsync(chores);
        var pause = TimeSpan.FromSeconds(1);
        var sent = Stopwatch.GetTimestamp();

        await SendAsync(shop, new Chore { Id = Guid.CreateVersion7() }, pause);

        await TestShop.Eventually(() => shop.Probe.Pongs.Count == 1, "it was done in the end");
        Stopwatch.GetElapsedTime(sent).ShouldBeGreaterThan(pause * 0.99);
    }

    [Fact]
    public async Task Work_that_was_asked_for_and_not_done_is_done_by_the_next_process()
    {
        var hanging = new Chores { Blocked = new() };
        var first = await StartAsync(hanging, keepFolder: true);
        var id = Guid.CreateVersion7();
        await SendAsync(first, new Chore { Id = id });
        await hanging.Begun.Task;
        await first.KillAsync(() => hanging.Blocked.SetCanceled());

        var chores = new Chores();
        await using var second = await StartAsync(chores, first.Folder);

        await TestShop.Eventually(() => second.Probe.Pongs.Count == 1, "the next process did it");
        chores.Done.ShouldBe([id]);
        (await second.Store.ReadAsync(Notes.Aggregate, id)).State.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Work_that_keeps_failing_is_parked_with_its_reason_and_redriven_to_where_it_came_from()
    {
        var chores = new Chores { Error = new InvalidOperationException("the oven is cold") };
        await using var shop = await StartAsync(chores);
        var id = Guid.CreateVersion7();

        await SendAsync(shop, new Chore { Id = id });
        await shop.OutboxIsEmptyAsync();
        var parked = (await shop.Store.Engine.ReadParkedAsync(10, default)).ShouldHaveSingleItem();
        (parked.Endpoint, parked.Reason).ShouldBe((Queue, "the oven is cold"));

        chores.Error = null;
        (await shop.Services.GetRequiredService<ParkedMessages>().RedriveAsync(parked.Id)).ShouldBeTrue();

        await TestShop.Eventually(() => shop.Probe.Pongs.Count == 1, "it was done after all");
        chores.Done.ShouldBe([id]);
        (await shop.Store.Engine.ReadParkedAsync(10, default)).ShouldBeEmpty();
    }

    private static Task<TestShop> StartAsync(Chores chores, string? folder = null, bool keepFolder = false) =>
        TestShop.StartAsync(folder, keepFolder, services: services => services.AddSingleton(chores).AddLocalQueue<Chore, ChoreHandler>(Queue));

    private static async Task SendAsync(TestShop shop, Chore chore, TimeSpan pause = default) => await shop.Store.ExecuteAsync(unit =>
    {
        shop.Services.GetRequiredService<LocalQueue<Chore>>().Send(unit, chore, pause);
        return Task.FromResult(true);
    });

    public sealed record Chore
    {
        public required Guid Id { get; init; }
    }

    public sealed class Chores
    {
        public ConcurrentQueue<Guid> Done { get; } = [];

        public TaskCompletionSource Begun { get; } = new();

        public Exception? Error { get; set; }

        public TaskCompletionSource? Blocked { get; init; }
    }

    public sealed class ChoreHandler(Chores chores, IMessageOutbox outbox) : ILocalHandler<Chore>
    {
        public async Task HandleAsync(Chore message, UnitOfWork unit, CancellationToken cancellationToken)
        {
            chores.Begun.TrySetResult();
            if (chores.Blocked is { } blocked)
                await blocked.Task;
            if (chores.Error is { } error)
                throw error;
            await unit.DecideAsync(Notes.Aggregate, message.Id, _ => [new NoteEvent.Taken("done")], cancellationToken);
            await outbox.PublishAsync(unit, new Pong { Id = message.Id }, cancellationToken);
            chores.Done.Enqueue(message.Id);
        }
    }
}
