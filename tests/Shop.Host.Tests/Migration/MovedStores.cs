using System.Text;
using Shop.EventSourcing.Storage;
using Shop.EventSourcing.Storage.Sqlite;
using Shop.Messaging;

namespace Shop.Host.Tests.Migration;

/// <summary>Stores whose events mean nothing: they are moved, not understood.</summary>
internal static class MovedStores
{
    public const int EventsEach = 4;

    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    /// <summary>Fills the stores of a data folder; those that are not order's with 10 streams.</summary>
    public static async Task FillAsync(string data, int streams)
    {
        foreach (var definition in Stores.All)
        {
            await using var engine = new SqliteEngine(Stores.FileOf(data, definition), definition.Tables);
            await engine.InitializeAsync(SchemaScript.FromAssembly(definition.Schema, "Sqlite"), default);
            foreach (var group in Enumerable.Range(0, definition.Name == "order" ? streams : 10).Chunk(1_000))
                await engine.CommitAsync([.. group.Select(Set)], default);
        }
    }

    /// <summary>Every event and every message is at the new place as it is in the folder.</summary>
    public static async Task ShouldBeEqualAsync(string data, Func<StoreDefinition, IStorageEngine> open)
    {
        foreach (var definition in Stores.All)
        {
            await using var source = Stores.OpenSqlite(data, definition);
            await using var target = open(definition);
            (await target.ReadHeadAsync(default)).ShouldBe(await source.ReadHeadAsync(default));
            Describe(await target.ReadLogAsync(0, int.MaxValue, default)).SequenceEqual(Describe(await source.ReadLogAsync(0, int.MaxValue, default))).ShouldBeTrue(definition.Name);
            (await target.ReadOutboxAsync(int.MaxValue, default)).Select(message => (message.Id, message.DueAt))
                .ShouldBe((await source.ReadOutboxAsync(int.MaxValue, default)).Select(message => (message.Id, message.DueAt)));
        }
    }

    private static IEnumerable<string> Describe(IEnumerable<RecordedEvent> log) => log.Select(recorded =>
        $"{recorded.Position} {recorded.Stream} {recorded.Version} {recorded.Id} {recorded.Type} {Encoding.UTF8.GetString(recorded.Data)} {recorded.RecordedAt:O}");

    private static WriteSet Set(int stream) => new()
    {
        Appends = [new($"thing-{stream}", 0, [.. Enumerable.Range(1, EventsEach).Select(number => new NewEvent(
            Guid.CreateVersion7(), "thing-happened.v1", Encoding.UTF8.GetBytes($$"""{"number":{{number}}}"""), null, Start.AddSeconds(stream)))])],
        Inbox = new("things", Guid.CreateVersion7(), Start),
        Outbox = stream % 10 == 0 ? [new(Guid.CreateVersion7(), "exchange:things", "application/json", "urn:message:Thing", [1], null, Start, Start.AddDays(stream))] : [],
    };
}
