using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.Tests.Storage;

public abstract partial class StorageEngineContract
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Random_groups_end_as_the_model_says(int seed)
    {
        var random = new Random(seed);
        var model = new StorageModel();
        var ids = Enumerable.Range(0, 30).Select(_ => Guid.CreateVersion7()).ToList();
        var messages = new List<Guid>();

        for (var round = 0; round < 60; round++)
        {
            // Refusals make the whole group run again, so that most groups have none.
            var refusals = round % 4 == 0;
            var group = Enumerable.Range(0, random.Next(1, 25)).Select(_ => RandomSet(random, model, ids, messages, refusals)).ToList();

            var results = await engine.CommitAsync(group, default);

            results.Select(result => (result.Outcome, result.Position, result.Error is not null)).ShouldBe(model.Apply(group), $"seed {seed}, round {round}");
        }

        await ShouldBeDense();
        (await Log()).GroupBy(recorded => recorded.Stream).ToDictionary(stream => stream.Key, stream => (long)stream.Count()).ShouldBe(model.Streams, ignoreOrder: true);
        (await engine.ReadOutboxAsync(int.MaxValue, default)).Select(message => message.Id).ShouldBe(model.Outbox, ignoreOrder: true);
        Rows<AccountRow>().ShouldBe(model.Accounts.Values, ignoreOrder: true);
        foreach (var id in ids)
            (await engine.IsHandledAsync("orders", id, default)).ShouldBe(model.Handled.Contains(id));
    }

    private static WriteSet RandomSet(Random random, StorageModel model, List<Guid> ids, List<Guid> messages, bool refusals)
    {
        var outbox = Enumerable.Range(0, random.Next(3)).Select(_ => Message(dueAt: Start)).ToList();
        var deletes = Enumerable.Range(0, messages.Count == 0 ? 0 : random.Next(3)).Select(_ => messages[^random.Next(1, messages.Count + 1)]).ToList();
        messages.AddRange(outbox.Select(message => message.Id));
        return new()
        {
            Appends = [.. Enumerable.Range(0, random.Next(4)).Select(_ => RandomAppend(random, model))],
            Inbox = random.Next(3) == 0 ? new("orders", ids[random.Next(ids.Count)], Start) : null,
            Outbox = outbox,
            OutboxDeletes = deletes,
            Rows = [.. Enumerable.Range(0, random.Next(3)).Select(_ => RandomRow(random, ids[random.Next(5)], refusals))],
        };
    }

    private static StreamAppend RandomAppend(Random random, StorageModel model)
    {
        var stream = $"order-{random.Next(6)}";
        var expected = random.Next(3) == 0 ? model.Streams.GetValueOrDefault(stream) + random.Next(2) : StreamAppend.AnyVersion;
        return new(stream, expected, [.. Enumerable.Range(0, random.Next(3)).Select(_ => Event())]);
    }

    private static RowWrite RandomRow(Random random, Guid id, bool refusals)
    {
        var row = Account(refusals && random.Next(8) == 0 ? -1 : random.Next(100)) with { Id = id };
        return random.Next(4) == 0 ? TestTables.Accounts.Delete(row) : TestTables.Accounts.Upsert(row);
    }
}
