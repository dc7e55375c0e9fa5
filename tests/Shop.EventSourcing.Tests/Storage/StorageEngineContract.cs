using System.Text;
using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.Tests.Storage;

/// <summary>What every storage engine must do, run against each of them on a database of the test's own.</summary>
public abstract partial class StorageEngineContract : IAsyncLifetime
{
    protected static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private IStorageEngine engine = null!;

    protected abstract SchemaScript Tables { get; }

    /// <summary>Opens the test's database once more.</summary>
    protected abstract IStorageEngine Open();

    protected abstract Task CreateDatabaseAsync();

    protected abstract Task DropDatabaseAsync();

    /// <summary>Appends an event from outside the engine, in a transaction that stays open until the result is disposed, which commits it.</summary>
    protected abstract Task<IAsyncDisposable> HoldAppendOpenAsync(string stream, long position);

    protected abstract IStorageEngine OpenWithoutTables();

    protected abstract Task ExecuteAsync(string sql);

    protected abstract Task<long> CountAsync(string sql);

    public async Task InitializeAsync()
    {
        await CreateDatabaseAsync();
        engine = Open();
        await engine.InitializeAsync([Tables], default);
    }

    public async Task DisposeAsync()
    {
        await engine.DisposeAsync();
        await DropDatabaseAsync();
    }

    protected static NewEvent Event(string data = "{}", DateTimeOffset? at = null, string? metadata = null) => new(
        Guid.CreateVersion7(), "thing-happened.v1", Encoding.UTF8.GetBytes(data), metadata is null ? null : Encoding.UTF8.GetBytes(metadata), at ?? Start);

    protected static WriteSet Append(string stream, long expectedVersion, int events = 1) =>
        new() { Appends = [new(stream, expectedVersion, [.. Enumerable.Range(0, events).Select(_ => Event())])] };

    protected static OutboxMessage Message(DateTimeOffset? createdAt = null, DateTimeOffset? dueAt = null) => new(
        Guid.CreateVersion7(), "queue:things", "application/json", "urn:message:Thing", "{\"a\":1}"u8.ToArray(), "{\"h\":\"1\"}", createdAt ?? Start, dueAt);

    protected static AccountRow Account(long balanceMinor = 100) =>
        new() { Id = Guid.CreateVersion7(), Owner = "Zoë", BalanceMinor = balanceMinor, OpenedAt = Start, Active = true };

    protected ValueTask DisposeEngineAsync() => engine.DisposeAsync();

    private async Task<WriteResult> Commit(WriteSet set) => (await engine.CommitAsync([set], default))[0];

    private async Task<WriteOutcome[]> CommitGroup(params WriteSet[] group) =>
        [.. (await engine.CommitAsync(group, default)).Select(result => result.Outcome)];

    private Task<IReadOnlyList<RecordedEvent>> Log() => engine.ReadLogAsync(0, int.MaxValue, default);

    private Task<IReadOnlyList<RecordedEvent>> Stream(string stream, long after = 0, long? to = null, DateTimeOffset? until = null) =>
        engine.ReadStreamAsync(stream, after, to, until, int.MaxValue, default);

    private List<TRow> Rows<TRow>() where TRow : class
    {
        using var models = engine.OpenReadModels();
        return [.. models.Query<TRow>()];
    }

    private async Task ShouldBeDense()
    {
        var log = await Log();
        log.Select(recorded => recorded.Position).ShouldBe(Enumerable.Range(1, log.Count).Select(position => (long)position));
        foreach (var stream in log.GroupBy(recorded => recorded.Stream))
            stream.Select(recorded => recorded.Version).ShouldBe(Enumerable.Range(1, stream.Count()).Select(version => (long)version));
        (await engine.ReadHeadAsync(default)).ShouldBe(log.Count);
    }
}
