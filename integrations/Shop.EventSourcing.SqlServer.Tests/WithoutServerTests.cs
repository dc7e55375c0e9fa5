using Microsoft.Data.SqlClient;
using Microsoft.EntityFrameworkCore;
using Shop.EventSourcing.Storage;
using Shop.EventSourcing.Tests.Storage;
using Shop.TestServers;

namespace Shop.EventSourcing.SqlServer.Tests;

/// <summary>What must be right where no server is.</summary>
public sealed class WithoutServerTests
{
    [Fact]
    public async Task Read_models_have_a_model_whose_script_and_queries_are_SQL_Servers()
    {
        await using var engine = new SqlServerEngine("Server=nowhere;Database=shop_order;User ID=shop_order;Password=secret", TestTables.All);
        await using var models = engine.OpenReadModels();

        var script = models.Database.GenerateCreateScript();
        SqlSyntaxTests.ShouldParse(script);
        script.ShouldContain("[id] uniqueidentifier NOT NULL");
        script.ShouldContain("[opened_at] datetimeoffset NOT NULL");
        script.ShouldContain("[active] bit NOT NULL");
        script.ShouldContain("PRIMARY KEY ([account_id], [tag])");

        var since = DateTimeOffset.UnixEpoch;
        Guid[] some = [Guid.Empty, Guid.CreateVersion7()];
        var query = models.Query<AccountRow>().Where(row => row.OpenedAt >= since && some.Contains(row.Id)).OrderBy(row => row.Id).Skip(1).Take(2).ToQueryString();
        SqlSyntaxTests.ShouldParse(query);
        query.ShouldContain("[a].[opened_at] >= @since");
    }

    [Fact]
    public async Task Opening_where_no_server_is_says_so()
    {
        await using var engine = new SqlServerEngine($"Server=127.0.0.1,{Ports.Free()};Database=shop_order;User ID=shop_order;Password=secret;Connect Timeout=5", []);

        var error = await Should.ThrowAsync<SqlException>(() => engine.InitializeAsync([], default));

        StorageFailure.IsTransient(error).ShouldBeTrue();
        engine.Explain(error).ShouldBe(new(StorageFailureKind.Away, "nothing listens there yet"));
    }

    [Fact]
    public async Task A_commit_waits_for_a_server_that_is_away_but_not_for_ever()
    {
        await using var engine = new SqlServerEngine($"Server=127.0.0.1,{Ports.Free()};Database=shop_order;User ID=shop_order;Password=secret;Connect Timeout=1", []);

        await Should.ThrowAsync<SqlException>(() => engine.CommitAsync([new WriteSet { Appends = [new("order-1", 0, [])] }], default)).WaitAsync(TimeSpan.FromMinutes(2));
    }

    [Theory]
    [InlineData("Server=db;Database=shop_order;User ID=shop_order;Password=topsecret", "SQL Server database shop_order at db as shop_order")]
    [InlineData("Server=tcp:db,1444;User ID=sa;Password=topsecret", "SQL Server database master at tcp:db,1444 as sa")]
    public void A_place_is_told_without_the_password(string connectionString, string location) =>
        new SqlServerSource(connectionString).Location.ShouldBe(location);

    [Fact]
    public void A_connection_string_that_cannot_be_understood_is_refused() => Should.Throw<ArgumentException>(() => new SqlServerEngine("Host=db", []));

    [Fact]
    public void A_test_without_a_server_says_what_to_set()
    {
        if (Environment.GetEnvironmentVariable(TestDatabase.Variable) is null)
            Should.Throw<InvalidOperationException>(TestDatabase.CreateAsync).Message.ShouldContain(TestDatabase.Variable);
    }
}
