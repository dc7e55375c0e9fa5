using Shop.Jobs.Tests;

namespace Shop.EventSourcing.SqlServer.Tests.Jobs;

/// <summary>Jobs whose history is in SQL Server.</summary>
public abstract class SqlServerJobContract : ReplicaJobContract
{
    protected override string Engine => "SqlServer";

    protected override async Task<string> CreateDatabaseAsync() => (await TestDatabase.CreateAsync()).ConnectionString;
}

/// <summary>All that holds of jobs, with Quartz on SQL Server.</summary>
[Collection(SqlServerCollection.Name)]
[Trait(SqlServerCollection.Needs, SqlServerCollection.Server)]
public sealed class SqlServerJobTests : SqlServerJobContract;

/// <summary>All that holds of jobs, with Hangfire on SQL Server.</summary>
[Collection(SqlServerCollection.Name)]
[Trait(SqlServerCollection.Needs, SqlServerCollection.Server)]
public sealed class HangfireOnSqlServerTests : SqlServerJobContract
{
    protected override async Task<Dictionary<string, string?>> SettingsAsync() => new(await base.SettingsAsync()) { ["Shop:Jobs:Scheduler"] = "Hangfire" };
}
