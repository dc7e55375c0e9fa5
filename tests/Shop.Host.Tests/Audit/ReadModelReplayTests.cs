using System.Text.Json.Serialization;
using Microsoft.Data.Sqlite;
using Shop.Audit;
using Shop.EventSourcing;
using Shop.EventSourcing.Projections;
using Shop.EventSourcing.Storage;
using Shop.EventSourcing.Storage.Sqlite;

namespace Shop.Host.Tests.Audit;

/// <summary>Read models of a real store, some of them tampered with behind the log's back.</summary>
public sealed class ReadModelReplayTests : IAsyncLifetime
{
    private static readonly EventTypes Events = new EventTypes().Add("stock-received.v1", TestJson.Default.Received);
    private static readonly Table<LevelRow> LevelTable = new("levels", nameof(LevelRow.Sku));
    private static readonly Table<DeliveryRow> DeliveryTable = new("deliveries", nameof(DeliveryRow.Sku));
    private static readonly Aggregate<Level, Received> Levels = new("stock", new("", 0), (level, received) => new(received.Sku, level.Units + received.Quantity), Events)
    {
        Snapshots = new(TestJson.Default.Level, every: 2),
    };

    private static readonly InlineProjection<Level, Received, LevelRow> LevelProjection = new(
        Levels, LevelTable, (level, _) => new() { Sku = level.Sku, Units = level.Units });

    private readonly string folder = Path.Combine(Path.GetTempPath(), $"audit-{Guid.CreateVersion7():N}");
    private readonly DeliveryProjection deliveries = new();
    private EventStore store = null!;

    public async Task InitializeAsync()
    {
        store = new("inventory", new SqliteEngine(Path.Combine(folder, "inventory.db"), [LevelTable, DeliveryTable]), [LevelProjection], TimeProvider.System);
        await store.OpenAsync(
            [new("001-read-models.sql", "CREATE TABLE levels (sku TEXT PRIMARY KEY, units INTEGER NOT NULL); CREATE TABLE deliveries (sku TEXT PRIMARY KEY, count INTEGER NOT NULL, last_at INTEGER NOT NULL);")],
            CancellationToken.None);
        foreach (var quantity in new[] { 5, 7 })
        {
            await store.ExecuteAsync(async unit =>
            {
                var handle = await unit.LoadAsync(Levels, "MUG");
                return unit.Decide(() =>
                {
                    handle.Append(new Received("MUG", quantity));
                    return true;
                });
            });
        }

        using var runner = new ProjectionRunner(store, deliveries);
        await runner.CatchUpAsync();
    }

    public async Task DisposeAsync()
    {
        await store.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Rows_that_follow_from_the_log_are_clean()
    {
        var report = await AuditAsync();

        report.Violations.Where(violation => violation.Promise == Promise.EverythingProvable).ShouldBeEmpty();
        report.Totals.Rows.ShouldBe(2);
    }

    [Fact]
    public async Task A_row_with_another_value_is_found()
    {
        await WriteAsync(LevelTable.Upsert(new() { Sku = "MUG", Units = 13 }));

        await ShouldFindAsync("store inventory, read model levels, row MUG", "units 12", "13");
    }

    [Fact]
    public async Task A_row_too_many_is_found()
    {
        await WriteAsync(DeliveryTable.Upsert(new() { Sku = "BOWL", Count = 1, LastAt = default }));

        await ShouldFindAsync("store inventory, read model deliveries, row BOWL", "no row", "a row that the log does not account for");
    }

    [Fact]
    public async Task A_missing_row_is_found()
    {
        await WriteAsync(DeliveryTable.Delete(new() { Sku = "MUG", Count = 0, LastAt = default }));

        await ShouldFindAsync("store inventory, read model deliveries, row MUG", "a row", "none");
    }

    [Fact]
    public async Task A_projection_that_is_behind_is_found()
    {
        await store.Engine.CommitAsync(
            [new() { Appends = [new("product-MUG", StreamAppend.AnyVersion, [new(Guid.CreateVersion7(), "product-listed.v1", "{}"u8.ToArray(), null, TimeProvider.System.GetUtcNow())])] }],
            CancellationToken.None);

        await ShouldFindAsync("store inventory, read model deliveries.v1", "caught up with position 3", "it stands at 2");
    }

    [Fact]
    public async Task A_snapshot_that_its_events_do_not_give_is_found()
    {
        await using (var database = new SqliteConnection($"Data Source={Path.Combine(folder, "inventory.db")};Pooling=False"))
        {
            await database.OpenAsync();
            await using var command = database.CreateCommand();
            command.CommandText = "UPDATE snapshots SET state = replace(state, '12', '13')";
            (await command.ExecuteNonQueryAsync()).ShouldBe(1);
        }

        await ShouldFindAsync("store inventory, snapshot of stock-MUG", "what its events give at version 2", "another state; delete its row, it is not needed");
    }

    private Task<WriteResult[]> WriteAsync(RowWrite row) => store.Engine.CommitAsync([new() { Rows = [row] }], CancellationToken.None);

    private Task<AuditReport> AuditAsync() => Auditor.RunAsync(
        [new("inventory", store.Engine, [LevelProjection], [deliveries]) { Snapshotted = [Levels] }], []);

    private async Task ShouldFindAsync(string subject, string expected, string found) =>
        (await AuditAsync()).Violations.ShouldContain(new Violation(Promise.EverythingProvable, null, subject, expected, found));

    private sealed class DeliveryProjection() : AsyncProjection<DeliveryRow>("deliveries.v1", DeliveryTable, ReadModelReplayTests.Events)
    {
        public override object?[]? Key(object @event, RecordedEvent recorded) => [((Received)@event).Sku];

        protected override DeliveryRow Apply(DeliveryRow? row, object @event, RecordedEvent recorded) =>
            new() { Sku = ((Received)@event).Sku, Count = (row?.Count ?? 0) + 1, LastAt = recorded.RecordedAt };
    }

    public sealed record Level(string Sku, long Units);

    public sealed record LevelRow
    {
        public required string Sku { get; init; }

        public required long Units { get; init; }
    }

    public sealed record DeliveryRow
    {
        public required string Sku { get; init; }

        public required int Count { get; init; }

        public required DateTimeOffset LastAt { get; init; }
    }
}

public sealed record Received(string Sku, int Quantity);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Received))]
[JsonSerializable(typeof(ReadModelReplayTests.Level))]
internal sealed partial class TestJson : JsonSerializerContext;
