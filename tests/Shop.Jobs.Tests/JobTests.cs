using Shop.EventSourcing.Tests.Storage.PostgreSql;

namespace Shop.Jobs.Tests;

public sealed class SqliteJobTests : JobContract
{
    protected override Task<Dictionary<string, string?>> SettingsAsync() =>
        Task.FromResult(new Dictionary<string, string?> { ["Shop:Data"] = Path.Combine(Folder, "data") });
}

[Collection(PostgresCollection.Name)]
public sealed class PostgreSqlJobTests(PostgresServer server) : PostgreSqlJobContract(server);
