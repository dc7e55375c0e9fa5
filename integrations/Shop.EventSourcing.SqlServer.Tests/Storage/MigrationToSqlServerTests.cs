using Shop.EventSourcing.Storage;
using Shop.EventSourcing.Storage.Migration;
using Shop.EventSourcing.Storage.Sqlite;
using Shop.EventSourcing.Tests.Storage;
using Shop.EventSourcing.Tests.Storage.Migration;

namespace Shop.EventSourcing.SqlServer.Tests.Storage;

[Collection(SqlServerCollection.Name)]
[Trait(SqlServerCollection.Needs, SqlServerCollection.Server)]
public sealed class MigrationToSqlServerTests : StoreMigrationContract
{
    private TestDatabase database = null!;
    private Task spoiling = Task.CompletedTask;

    internal override SchemaScript TargetScript { get; } =
        TestTables.Script("uniqueidentifier", "datetimeoffset(6)", "bit", "nvarchar(max) COLLATE Latin1_General_100_BIN2", TestDatabase.KeyType);

    public override async Task InitializeAsync() => database = await TestDatabase.CreateAsync();

    public override async Task DisposeAsync()
    {
        await spoiling;
        await database.DropAsync();
        await base.DisposeAsync();
    }

    [Theory]
    [InlineData(401, "", 1, "Stream")]
    [InlineData(1, " ", 1, "Stream")]
    [InlineData(1, "", 401, "Table parked_messages")]
    public async Task What_SQL_Server_cannot_hold_is_named_and_nobody_opens_the_target(int length, string end, int endpoint, string message)
    {
        await using (var source = new SqliteEngine(FileOf("store"), TestTables.All))
        {
            await source.InitializeAsync([TestTables.Script("text", "integer", "integer")], default);
            await source.CommitAsync(
                [
                    new()
                    {
                        Appends = [new(new string('s', length) + end, 0, [new(Guid.CreateVersion7(), "thing-happened.v1", "{}"u8.ToArray(), null, DateTimeOffset.UnixEpoch)])],
                        Parked = [new(Guid.CreateVersion7(), new('e', endpoint), null, "urn:message:Thing", "application/json", [1], null, "reason", "exception", DateTimeOffset.UnixEpoch)],
                    },
                ],
                default);
        }

        var failure = await Should.ThrowAsync<MigrationException>(async () =>
        {
            await using var migration = await StoreMigration.OpenAsync(
                new("store", FileOf("store"), TestTables.All, [TestTables.Script("text", "integer", "integer")], [TargetScript]), Destination(), TimeProvider.System, default);
            await migration.RunAsync();
        });

        failure.Message.ShouldStartWith(message);
        await using var target = Target();
        (await Should.ThrowAsync<InvalidOperationException>(() => target.InitializeAsync([TargetScript], default))).Message.ShouldContain("Run Shop.Host migrate again");
    }

    protected override IStorageEngine Target() => new SqlServerEngine(database.ConnectionString, TestTables.All);

    protected override MigrationTarget Destination() => new SqlServerMigrationTarget(database.ConnectionString);

    protected override Task<long> NumberAsync(string sql) => database.CountAsync(sql);

    protected override Task ExecuteAsync(string sql) => database.ExecuteAsync(sql);

    /// <summary>Triggers would not do: rows that come by the bulk fire none.</summary>
    protected override Task SpoilAsync(string sql)
    {
        spoiling = Task.Run(async () =>
        {
            while (await NumberAsync($"{sql}; SELECT COUNT_BIG(*) FROM accounts WHERE balance_minor = 7") < 2_000)
                await Task.Delay(5);
        });
        return Task.CompletedTask;
    }
}
