using Microsoft.Data.Sqlite;
using Npgsql;
using Shop.EventSourcing.Storage;
using Shop.EventSourcing.Storage.PostgreSql;
using Shop.EventSourcing.Storage.Sqlite;
using Shop.EventSourcing.Tests.Storage.PostgreSql;

namespace Shop.EventSourcing.Tests.Proof;

public sealed class ProofOnSqliteTests : ProofContract
{
    private readonly string folder = Directory.CreateTempSubdirectory("shop-store-").FullName;

    protected override string NewId => "randomblob(16)";

    protected override IStorageEngine Open() => new SqliteEngine(Path.Combine(folder, "store.db"), Tables);

    protected override Task CreateDatabaseAsync() => Task.CompletedTask;

    protected override Task DropDatabaseAsync()
    {
        Directory.Delete(folder, recursive: true);
        return Task.CompletedTask;
    }

    protected override async Task ExecuteAsync(string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={Path.Combine(folder, "store.db")};Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }

    protected override string Later(string column) => $"{column} + 1";

    protected override string ResetHead(int position) => "";
}

[Collection(PostgresCollection.Name)]
public sealed class ProofOnPostgreSqlTests(PostgresServer server) : ProofContract
{
    private string connectionString = "";

    protected override string NewId => "gen_random_uuid()";

    protected override IStorageEngine Open() => new PostgreSqlEngine(connectionString, Tables);

    protected override async Task CreateDatabaseAsync() => connectionString = await server.CreateDatabaseAsync();

    protected override Task DropDatabaseAsync() => server.DropDatabaseAsync(connectionString);

    protected override async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    protected override string Later(string column) => $"{column} + interval '1 microsecond'";

    protected override string ResetHead(int position) => $"UPDATE log_head SET position = {position};";
}
