using Shop.EventSourcing.Storage;
using Shop.EventSourcing.Tests.Archive;

namespace Shop.EventSourcing.SqlServer.Tests.Archive;

[Collection(SqlServerCollection.Name)]
[Trait(SqlServerCollection.Needs, SqlServerCollection.Server)]
public sealed class ArchiveOnSqlServerTests : ArchiveContract
{
    private TestDatabase database = null!;

    protected override SchemaScript[] Scripts => TestDatabase.TallyScripts;

    protected override IStorageEngine Open() => new SqlServerEngine(database.ConnectionString, Tables) { Segments = new(Path.Combine(Folder, "archive")) };

    protected override async Task CreateDatabaseAsync() => database = await TestDatabase.CreateAsync();

    protected override Task DropDatabaseAsync() => database.DropAsync();

    protected override Task ExecuteAsync(string sql) => database.ExecuteAsync(sql);

    protected override Task<long> CountAsync(string sql) => database.CountAsync(sql);
}
