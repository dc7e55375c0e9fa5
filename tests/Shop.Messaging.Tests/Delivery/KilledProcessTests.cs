namespace Shop.Messaging.Tests.Delivery;

public sealed class KilledProcessTests
{
    [Fact]
    public async Task What_was_under_way_when_the_process_ended_is_handled_by_the_next_and_what_was_done_is_not()
    {
        var ids = Enumerable.Range(0, 30).Select(_ => Guid.CreateVersion7()).ToList();
        var killed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var first = await TestShop.StartAsync(keepFolder: true, arrange: probe => probe.OnPing = async (context, _) =>
        {
            await context.UnitOfWork().DecideAsync(Notes.Aggregate, context.Message.Id, _ => [new NoteEvent.Taken("first")]);
            await context.Publish(new Pong { Id = context.Message.Id });
            if (ids.IndexOf(context.Message.Id) % 3 == 0)
                await killed.Task;
        });
        await Task.WhenAll(ids.Select(id => first.PublishAsync(new Ping { Id = id })));
        await TestShop.Eventually(() => first.Probe.Pings.Count == 20, "two of three were handled");
        var pongs = first.Probe.Pongs;
        await first.KillAsync(killed.SetResult);

        await using var second = await TestShop.StartAsync(first.Folder, arrange: probe => probe.OnPing = async (context, _) =>
        {
            await context.UnitOfWork().DecideAsync(Notes.Aggregate, context.Message.Id, _ => [new NoteEvent.Taken("second")]);
            await context.Publish(new Pong { Id = context.Message.Id });
        });

        await second.OutboxIsEmptyAsync();
        foreach (var id in ids)
            (await second.Store.ReadAsOfAsync(Notes.Aggregate, id.ToString("D"))).Version.ShouldBe(1, "each was handled once");
        pongs.Concat(second.Probe.Pongs).Distinct().Count().ShouldBe(30);
    }
}
