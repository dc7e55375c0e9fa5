using Shop.EventSourcing.Tests.Storage.PostgreSql;

namespace Shop.Jobs.Tests;

public abstract class PostgreSqlJobContract(PostgresServer server) : ReplicaJobContract
{
    protected override string Engine => "PostgreSql";

    protected override Task<string> CreateDatabaseAsync() => server.CreateDatabaseAsync();
}
