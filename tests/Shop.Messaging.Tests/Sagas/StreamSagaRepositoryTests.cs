using Microsoft.EntityFrameworkCore;
using Shop.EventSourcing;

namespace Shop.Messaging.Tests.Sagas;

public sealed class StreamSagaRepositoryTests
{
    private readonly Guid id = Guid.CreateVersion7();

    [Fact]
    public async Task A_message_writes_row_transition_and_outgoing_message()
    {
        await using var shop = await StartAsync();

        await shop.PublishAsync(new CountStarted { Id = id });
        await shop.PublishAsync(new Counted { Id = id, Note = "first" });
        await shop.OutboxIsEmptyAsync();

        (await RowAsync(shop)).ShouldBe(new CounterRow { Id = id, State = "Counting", Count = 1, Version = 2 });
        shop.Probe.Pongs.ShouldBe([id, id]);
        var transitions = await TransitionsAsync(shop);
        transitions.Select(transition => (transition.From, transition.To, transition.On))
            .ShouldBe([(null, "Counting", "CountStarted"), ("Counting", "Counting", "Counted")]);
        transitions[1].Changes.Keys.ShouldBe(["count", "note"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_failing_activity_writes_nothing_and_its_message_is_parked()
    {
        await using var shop = await StartAsync();
        await shop.PublishAsync(new CountStarted { Id = id });
        await shop.OutboxIsEmptyAsync();

        await shop.PublishAsync(new Counted { Id = id, Fails = true });
        await shop.OutboxIsEmptyAsync();

        (await RowAsync(shop))!.Count.ShouldBe(0);
        (await TransitionsAsync(shop)).Count.ShouldBe(1);
        shop.Probe.Pongs.Count.ShouldBe(1);
        (await shop.Store.Engine.ReadParkedAsync(10, default)).ShouldHaveSingleItem().Reason.ShouldBe("the activity failed on purpose");

        await shop.PublishAsync(new Counted { Id = id });
        await shop.OutboxIsEmptyAsync();
        (await RowAsync(shop))!.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_row_that_the_database_refuses_takes_the_transition_and_the_message_with_it()
    {
        await using var shop = await StartAsync();
        await shop.PublishAsync(new CountStarted { Id = id });
        await shop.OutboxIsEmptyAsync();
        for (var count = 1; count <= 13; count++)
        {
            await shop.PublishAsync(new Counted { Id = id });
            await shop.OutboxIsEmptyAsync();
        }

        (await RowAsync(shop))!.Count.ShouldBe(12);
        (await TransitionsAsync(shop)).Count.ShouldBe(13);
        shop.Probe.Pongs.Count.ShouldBe(13);
        (await shop.Store.Engine.ReadParkedAsync(10, default)).ShouldHaveSingleItem().Reason.ShouldContain("CHECK");
    }

    [Fact]
    public async Task Messages_for_one_saga_at_once_all_count()
    {
        await using var shop = await StartAsync();
        await shop.PublishAsync(new CountStarted { Id = id });
        await shop.OutboxIsEmptyAsync();

        await Task.WhenAll(Enumerable.Range(0, 12).Select(number => shop.PublishAsync(new Counted { Id = id, Note = $"{number}" })));
        await shop.OutboxIsEmptyAsync();

        (await RowAsync(shop)).ShouldBe(new CounterRow { Id = id, State = "Counting", Count = 12, Version = 13 });
        shop.Probe.Pongs.Count.ShouldBe(13);
    }

    [Fact]
    public async Task A_restart_goes_on_from_the_stored_state()
    {
        string folder;
        await using (var first = await StartAsync(keepFolder: true))
        {
            folder = first.Folder;
            await first.PublishAsync(new CountStarted { Id = id });
            await first.OutboxIsEmptyAsync();
            await first.PublishAsync(new Counted { Id = id });
            await first.OutboxIsEmptyAsync();
        }

        await using var second = await StartAsync(folder);
        await second.PublishAsync(new Counted { Id = id });
        await second.OutboxIsEmptyAsync();

        (await RowAsync(second)).ShouldBe(new CounterRow { Id = id, State = "Counting", Count = 2, Version = 3 });
    }

    [Fact]
    public async Task The_timeline_is_a_replay_also_of_what_was_taken_back()
    {
        await using var shop = await StartAsync();
        await shop.PublishAsync(new CountStarted { Id = id });
        await shop.OutboxIsEmptyAsync();
        string?[] notes = ["first", null, "third"];
        foreach (var note in notes)
        {
            await shop.PublishAsync(new Counted { Id = id, Note = note });
            await shop.OutboxIsEmptyAsync();
        }

        for (var version = 1; version <= 4; version++)
        {
            var (snapshot, _) = await shop.Store.ReadAsOfAsync(CounterSaga.Streams.Aggregate, id.ToString("D"), version);
            var saga = CounterSaga.Streams.ToInstance(snapshot).ShouldNotBeNull();
            (saga.Count, saga.Note, saga.CurrentState).ShouldBe((version - 1, version == 1 ? null : notes[version - 2], "Counting"));
        }
    }

    private static Task<TestShop> StartAsync(string? folder = null, bool keepFolder = false) => TestShop.StartAsync(
        folder, keepFolder,
        bus => bus.AddServiceEndpoint<TestModule>("counters", endpoint => endpoint.SagaStateMachine<CounterStateMachine, CounterSaga>(CounterSaga.Streams)));

    private async Task<CounterRow?> RowAsync(TestShop shop)
    {
        await using var models = shop.Store.Engine.OpenReadModels();
        return await models.Query<CounterRow>().SingleOrDefaultAsync(row => row.Id == id);
    }

    private async Task<List<Shop.Messaging.Sagas.SagaTransitioned>> TransitionsAsync(TestShop shop)
    {
        var transitions = new List<Shop.Messaging.Sagas.SagaTransitioned>();
        await foreach (var recorded in shop.Store.ReadStreamAsync(CounterSaga.Streams.Aggregate.Stream(id)))
            transitions.Add(EventStore.Decode<Shop.Messaging.Sagas.SagaTransitioned>(CounterSaga.Streams.Aggregate.Events, recorded));
        return transitions;
    }
}
