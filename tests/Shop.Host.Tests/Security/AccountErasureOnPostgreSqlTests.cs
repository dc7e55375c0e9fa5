using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Shop.Storefront.Accounts;
using Shop.Tests;
using Shop.TestServers;

namespace Shop.Host.Tests.Security;

/// <summary>Accounts that are erased on PostgreSQL: what its tables, indexes, statistics and files hold of them afterwards.</summary>
public sealed class AccountErasureOnPostgreSqlTests : IAsyncLifetime
{
    private const int Accounts = 400;

    private static readonly ByteSearch Zoe = new("Zoë Quillfeather", "Quillfeather", "zoe@quillfeather.example", "ZOE@QUILLFEATHER.EXAMPLE", "hash-of-zoe");
    private static readonly ByteSearch Ann = new("ann-7@example.com");

    private PostgreSqlServer server = null!;
    private string connectionString = "";
    private AccountErasure erasure = null!;

    public async Task InitializeAsync()
    {
        server = await PostgreSqlServer.StartAsync();
        connectionString = await server.CreateDatabaseAsync("shop_accounts");
        var database = AccountsDatabase.Of(
            new ConfigurationBuilder().AddInMemoryCollection([new("Shop:Store", "PostgreSql"), new("ConnectionStrings:accounts", connectionString)]).Build(), environment: null);
        await AccountsDatabase.OpenAsync(database, _ => Task.CompletedTask, TimeProvider.System, NullLogger.Instance, default);
        erasure = new(database);
        await ExecuteAsync($"INSERT INTO accounts {Row("'ann-' || n", "'ann-' || n || '@example.com'", "'Ann'", "customer")} FROM generate_series(1, {Accounts}) n");
        await ExecuteAsync($"INSERT INTO accounts {Row("'zoe'", "'zoe@quillfeather.example'", "'Zoë Quillfeather'", "customer")}");
        await ExecuteAsync($"INSERT INTO accounts {Row("'boss'", "'boss@example.com'", "'Boss'", "operator")}");
        await ExecuteAsync("INSERT INTO account_claims (user_id, claim_type, claim_value) VALUES ('zoe', 'nick', 'Quillfeather')");
        await ExecuteAsync("INSERT INTO account_logins (login_provider, provider_key, user_id) VALUES ('other', 'zoe@quillfeather.example', 'zoe')");
        await ExecuteAsync("INSERT INTO account_tokens (user_id, login_provider, name, value) VALUES ('zoe', 'other', 'refresh', 'Quillfeather')");
    }

    public async Task DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task No_table_index_statistic_or_file_holds_anything_of_an_erased_account()
    {
        // Older versions of the row, and a planner that has looked at all of them.
        for (var failure = 1; failure <= 5; failure++)
            await ExecuteAsync($"UPDATE accounts SET access_failed_count = {failure}");
        await ExecuteAsync("ANALYZE");
        (await FindInFilesAsync(Zoe)).ShouldNotBeEmpty("the search sees the account while it is there");

        var done = await erasure.EraseAsync(["zoe", "boss", "nobody"]);

        done.ShouldSatisfyAllConditions(_ => done.Erased.ShouldBe(["zoe"]), _ => done.Kept.ShouldBe(["boss"]), _ => done.IsPurged.ShouldBeTrue());
        (await FindInFilesAsync(Zoe)).ShouldBeEmpty();
        (await FindInFilesAsync(Ann)).ShouldNotBeEmpty("the others are there");
        (await NumberAsync("SELECT count(*) FROM accounts")).ShouldBe(Accounts + 1);
        (await NumberAsync("SELECT count(*) FROM account_purges")).ShouldBe(0);
        await ExecuteAsync("ANALYZE");
        (await FindInFilesAsync(Zoe)).ShouldBeEmpty();
        (await erasure.EraseAsync(["zoe"])).ShouldSatisfyAllConditions(again => again.Erased.ShouldBeEmpty(), again => again.IsPurged.ShouldBeTrue());
    }

    [Fact]
    public async Task While_somebody_could_still_see_the_account_it_is_not_called_purged_and_then_done_by_itself()
    {
        await using (var reader = new NpgsqlConnection(connectionString))
        {
            await reader.OpenAsync();
            await using var transaction = await reader.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead);
            await using var look = new NpgsqlCommand("SELECT count(*) FROM accounts", reader, transaction);
            await look.ExecuteScalarAsync();

            (await erasure.EraseAsync(["zoe"])).ShouldSatisfyAllConditions(done => done.Erased.ShouldBe(["zoe"]), done => done.IsPurged.ShouldBeFalse());
            (await FindInFilesAsync(Zoe)).ShouldNotBeEmpty();
            await transaction.CommitAsync();
        }

        (await erasure.PurgeAsync()).ShouldBeTrue();
        (await FindInFilesAsync(Zoe)).ShouldBeEmpty();
    }

    private static string Row(string id, string email, string name, string role) =>
        $"""
         SELECT {id}, {email}, upper({email}), {email}, upper({email}), false, 'hash-of-' || {id}, 'stamp', 'stamp', null, false, false, null, true, 0, {name}, '{role}'
         """;

    /// <summary>All files but the WAL, which is not ours to change: docs/forgetting.md says so.</summary>
    private async Task<IReadOnlyList<string>> FindInFilesAsync(ByteSearch search)
    {
        // Written down, and what is no more a table's is gone.
        await server.ExecuteAsync("CHECKPOINT");
        return search.FindInFolder(Path.Combine(server.Data, "base"));
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private async Task<long> NumberAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
