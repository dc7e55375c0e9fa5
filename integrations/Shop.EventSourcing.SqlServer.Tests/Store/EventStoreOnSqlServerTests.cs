using Microsoft.Data.SqlClient;
using Shop.EventSourcing.Storage;
using Shop.EventSourcing.Tests.Store;

namespace Shop.EventSourcing.SqlServer.Tests.Store;

[Collection(SqlServerCollection.Name)]
[Trait(SqlServerCollection.Needs, SqlServerCollection.Server)]
public sealed class EventStoreOnSqlServerTests : EventStoreContract
{
    private TestDatabase database = null!;

    protected override SchemaScript[] Scripts => TestDatabase.TallyScripts;

    protected override string WorkerAssembly => typeof(EventStoreOnSqlServerTests).Assembly.Location;

    protected override string[] WorkerArguments => [database.ConnectionString];

    protected override IStorageEngine Open() => StandIn.Open(new(database.ConnectionString, Tables));

    protected override async Task<IOpenAppend> OpenAppendAsync(string stream, string type, string data) => await OpenAppend.BeginAsync(
        new SqlConnection(database.ConnectionString),
        "UPDATE log_head SET position = position + 1;"
        + $"INSERT INTO streams (id, name, version) SELECT position, N'{stream}', 1 FROM log_head;"
        + "INSERT INTO events (position, stream_id, version, event_id, type, data, metadata, recorded_at)"
        + $" SELECT position, position, 1, NEWID(), N'{type}', CAST('{data}' AS varbinary(max)), NULL, SYSUTCDATETIME() FROM log_head");

    protected override async Task CreateDatabaseAsync() => database = await TestDatabase.CreateAsync();

    protected override Task DropDatabaseAsync() => database.DropAsync();
}
