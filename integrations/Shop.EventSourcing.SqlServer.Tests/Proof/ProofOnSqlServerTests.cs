using Shop.EventSourcing.Storage;
using Shop.EventSourcing.Tests.Proof;

namespace Shop.EventSourcing.SqlServer.Tests.Proof;

[Collection(SqlServerCollection.Name)]
[Trait(SqlServerCollection.Needs, SqlServerCollection.Server)]
public sealed class ProofOnSqlServerTests : ProofContract
{
    private TestDatabase database = null!;

    protected override SchemaScript[] Scripts => TestDatabase.TallyScripts;

    protected override string NewId => "NEWID()";

    protected override string Concatenation => "+";

    protected override IStorageEngine Open() => new SqlServerEngine(database.ConnectionString, Tables);

    protected override async Task CreateDatabaseAsync() => database = await TestDatabase.CreateAsync();

    protected override Task DropDatabaseAsync() => database.DropAsync();

    protected override Task ExecuteAsync(string sql) => database.ExecuteAsync(sql);

    protected override string Json(string text) => $"CAST('{text}' AS varbinary(max))";

    protected override string CopyInto(string table, string where) => $"SELECT * INTO {table} FROM events WHERE {where}";

    protected override string Later(string column) => $"DATEADD(microsecond, 1, {column})";

    protected override string ResetHead(int position) => $"UPDATE log_head SET position = {position};";
}
