using Microsoft.EntityFrameworkCore;
using Shop.EventSourcing.Storage;
using Shop.EventSourcing.Storage.PostgreSql;
using Shop.EventSourcing.Storage.Sqlite;
using Shop.Orchestration;
using Shop.TestServers;

namespace Shop.Services.Tests.Saga.Orchestrator;

/// <summary>A store that has rows from before gets the column and the states of today, and keeps its rows.</summary>
public sealed class SagaSchemaTests
{
    /// <summary>The row as it was before there was a column for products.</summary>
    private static readonly Table<RowBefore> Before = new("sagas", nameof(RowBefore.OrderId));

    [Fact]
    public async Task An_older_SQLite_store_is_brought_up_to_date()
    {
        var folder = Directory.CreateTempSubdirectory("shop-saga-schema-").FullName;
        try
        {
            await UpgradeAsync("Sqlite", tables => new SqliteEngine(Path.Combine(folder, "saga.db"), tables));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task An_older_PostgreSQL_store_is_brought_up_to_date()
    {
        await using var server = await PostgreSqlServer.StartAsync();
        var database = await server.CreateDatabaseAsync("saga");
        await UpgradeAsync("PostgreSql", tables => new PostgreSqlEngine(database, tables));
    }

    private static async Task UpgradeAsync(string kind, Func<IReadOnlyList<Table>, IStorageEngine> open)
    {
        var scripts = SchemaScript.FromAssembly(typeof(OrchestrationModule).Assembly, kind).OrderBy(script => script.Name, StringComparer.Ordinal).ToList();
        var (old, young) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await using (var engine = open([Before]))
        {
            await engine.InitializeAsync([.. scripts.Take(1)], default);
            await WriteAsync(engine, Before.Upsert(new() { OrderId = old, State = "trying", PlacedAt = DateTimeOffset.UnixEpoch, UpdatedAt = DateTimeOffset.UnixEpoch }));
        }

        await using var upgraded = open([OrderSagaRow.Table]);
        await upgraded.InitializeAsync(scripts, default);
        await WriteAsync(upgraded, OrderSagaRow.Table.Upsert(new()
        {
            OrderId = young,
            State = "returning",
            NeedsAttention = false,
            Attempts = 0,
            TotalMinor = 1,
            PlacedAt = DateTimeOffset.UnixEpoch,
            UpdatedAt = DateTimeOffset.UnixEpoch,
            Version = 1,
            Skus = OrderSagaRow.SkuEntry("CUP"),
        }));
        await using var models = upgraded.OpenReadModels();
        var rows = await models.Query<OrderSagaRow>().ToDictionaryAsync(row => row.OrderId);
        (rows[old].State, rows[old].Skus, rows[young].State, rows[young].Skus).ShouldBe(("trying", null, "returning", "\nCUP\n"));
    }

    private static async Task WriteAsync(IStorageEngine engine, RowWrite row) =>
        (await engine.CommitAsync([new() { Rows = [row] }], default)).ShouldHaveSingleItem().Outcome.ShouldBe(WriteOutcome.Committed);

    private sealed record RowBefore
    {
        public required Guid OrderId { get; init; }

        public required string State { get; init; }

        public bool NeedsAttention { get; init; }

        public int Attempts { get; init; }

        public long TotalMinor { get; init; }

        public required DateTimeOffset PlacedAt { get; init; }

        public required DateTimeOffset UpdatedAt { get; init; }

        public long Version { get; init; }
    }
}
