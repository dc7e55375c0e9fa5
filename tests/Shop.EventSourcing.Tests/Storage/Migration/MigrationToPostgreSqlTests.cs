using Npgsql;
using Shop.EventSourcing.Storage;
using Shop.EventSourcing.Storage.Migration;
using Shop.EventSourcing.Storage.PostgreSql;
using Shop.EventSourcing.Tests.Storage.PostgreSql;

namespace Shop.EventSourcing.Tests.Storage.Migration;

[Collection(PostgresCollection.Name)]
public sealed class MigrationToPostgreSqlTests(PostgresServer server) : StoreMigrationContract
{
    private string database = "";

    internal override SchemaScript TargetScript { get; } = TestTables.Script("uuid", "timestamptz", "boolean");

    public override async Task InitializeAsync() => database = await server.CreateDatabaseAsync();

    public override async Task DisposeAsync()
    {
        await server.DropDatabaseAsync(database);
        await base.DisposeAsync();
    }

    protected override IStorageEngine Target() => new PostgreSqlEngine(database, TestTables.All);

    protected override MigrationTarget Destination() => new PostgreSqlMigrationTarget(database);

    protected override async Task<long> NumberAsync(string sql)
    {
        await using var connection = await ConnectAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    protected override async Task ExecuteAsync(string sql)
    {
        await using var connection = await ConnectAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    protected override Task SpoilAsync(string sql) => ExecuteAsync("""
        CREATE FUNCTION tamper() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.balance_minor := 7; RETURN NEW; END $$;
        CREATE TRIGGER tamper BEFORE INSERT ON accounts FOR EACH ROW EXECUTE FUNCTION tamper();
        """);

    private async Task<NpgsqlConnection> ConnectAsync()
    {
        var connection = new NpgsqlConnection(database + ";Pooling=false");
        await connection.OpenAsync();
        return connection;
    }
}
