using System.Text.Json;
using Microsoft.Data.SqlClient;
using Shop.EventSourcing.Storage.Migration;
using Shop.Host;
using Shop.Host.Tests.EndToEnd;
using Shop.Host.Tests.Migration;
using Shop.ServiceDefaults.Security;
using Shop.Storefront.Accounts;
using Xunit.Abstractions;

namespace Shop.EventSourcing.SqlServer.Tests.Host;

/// <summary>A whole shop moves to SQL Server and goes on there: stores, accounts and jobs.</summary>
[Collection(SqlServerCollection.Name)]
[Trait(SqlServerCollection.Needs, SqlServerCollection.Server)]
public sealed class MovedShopTests(ITestOutputHelper output)
{
    private const string Email = "zoe@quillfeather.example";
    private const string Password = "a cup of oat milk";

    [Fact]
    public async Task A_shop_moves_with_its_orders_and_accounts_and_goes_on()
    {
        await using var databases = await SqlServerDatabases.CreateAsync();
        using var folder = new TempFolder();
        var order = await SellAsync(folder.Path);
        var before = await AccountRows.OfFolderAsync(folder.Path);

        output.WriteLine(await MigrateAsync(databases, folder.Path));

        (await AccountRows.ReadAsync(databases.ConnectToAccounts)).ShouldBe(before);
        (await AuditAsync(databases, folder.Path)).ShouldContain("Audit of 1 orders: 1 confirmed");
        await using var shop = await OpenAsync(databases, folder);
        using var stranger = new ShopClient(shop.Url, token: null);
        using var client = new ShopClient(shop.Url, (await TokenAsync(stranger, Email)).ShouldBe(200).Text("accessToken"));
        using var boss = ShopClient.OperatorOf(shop);
        (await client.GetAsync("/orders")).ShouldBe(200)["items"].EnumerateArray().ShouldHaveSingleItem().GetProperty("orderId").GetGuid().ShouldBe(order);
        (await client.GetAsync($"/orders/{order}")).ShouldBe(200)["customer"].GetProperty("email").GetString().ShouldBe(Email);
        (await TokenAsync(stranger, "locked@example.com")).ShouldBe(401);
        (await stranger.PostAsync("/account/register", new { email = Email, password = Password })).ShouldBe(409);
        (await stranger.PostAsync("/account/register", new { email = "new@example.com", password = Password })).ShouldBe(201);

        (await client.PlaceAsync(Order(), "k2")).ShouldBe(201).OrderStatus.ShouldBe("confirmed");
        var run = (await boss.PostAsync("/jobs/order-cleanup/trigger", new { reason = "for the test" })).ShouldBe(202)["id"].GetGuid();
        (await ShopClient.UntilAsync(() => boss.GetAsync($"/jobs/runs/{run}"), answer => answer.Json.TryGetProperty("endedAt", out _), "the job has ended")).Text("outcome").ShouldBe("succeeded");
    }

    [Fact]
    public async Task An_erased_account_goes_with_all_that_belongs_to_it_and_an_operators_stays()
    {
        await using var databases = await SqlServerDatabases.CreateAsync();
        using var folder = new TempFolder();
        await AccountRows.FillAsync(folder.Path, 30);
        await MoveAccountsAsync(databases, folder.Path);
        var accounts = AccountsDatabase.Of(To(databases).Configuration, environment: null);
        var erasure = new AccountErasure(accounts);

        // Twice, as it is when a crash has cut it off. The stand-in deletes, and cannot purge.
        for (var times = 0; times < 2; times++)
        {
            if (StandIn.IsUsed)
                (await Should.ThrowAsync<SqlException>(() => erasure.EraseAsync(["id-30", "id-7", "nobody"]))).Message.ShouldContain("sp_clean_db_free_space");
            else
                (await erasure.EraseAsync(["id-30", "id-7", "nobody"])).ShouldSatisfyAllConditions(done => done.Kept.ShouldBe(["id-7"]), done => done.IsPurged.ShouldBeTrue());
        }

        (await AccountRows.ReadAsync(databases.ConnectToAccounts)).ShouldBe(
            (await AccountRows.OfFolderAsync(folder.Path)).Where(row => !row.Contains("id-30", StringComparison.Ordinal)));
        (await databases.Accounts.CountAsync("SELECT COUNT(*) FROM account_purges WHERE account_id = 'id-30'")).ShouldBe(StandIn.IsUsed ? 1 : 0);
        (await erasure.FindRoleAsync("id-7")).ShouldBe("operator");
    }

    [Fact]
    public async Task Accounts_arrive_with_everything_that_one_can_have_are_not_mixed_and_an_open_number_goes_on()
    {
        await using var databases = await SqlServerDatabases.CreateAsync();
        using var folder = new TempFolder();
        await AccountRows.FillAsync(folder.Path, 2_500);

        (await MoveAccountsAsync(databases, folder.Path)).WasDone.ShouldBeFalse();

        (await AccountRows.ReadAsync(databases.ConnectToAccounts)).ShouldBe(await AccountRows.OfFolderAsync(folder.Path));
        (await databases.Accounts.CountAsync("INSERT INTO account_claims (user_id, claim_type) OUTPUT INSERTED.id VALUES (N'id-1', N'new')")).ShouldBe(1_251);
        (await MoveAccountsAsync(databases, folder.Path)).WasDone.ShouldBeTrue();
        using var other = new TempFolder();
        await AccountRows.FillAsync(other.Path, 3);
        (await Should.ThrowAsync<MigrationException>(() => MoveAccountsAsync(databases, other.Path))).Message.ShouldContain("They are two shops");
    }

    [Fact]
    public async Task Accounts_that_were_there_before_are_not_overwritten()
    {
        await using var databases = await SqlServerDatabases.CreateAsync();
        using var folder = new TempFolder();
        await AccountRows.FillAsync(folder.Path, 3);
        using var empty = new TempFolder();
        await AccountRows.FillAsync(empty.Path, 0);
        await using (await EmbeddedAccounts.OpenMigrationAsync(empty.Path, To(databases), default))
        {
        }

        await databases.Accounts.ExecuteAsync(
            "INSERT INTO accounts (id, email_confirmed, phone_number_confirmed, two_factor_enabled, lockout_enabled, access_failed_count, role) VALUES (N'boss', 0, 0, 0, 1, 0, N'operator')");

        (await Should.ThrowAsync<MigrationException>(() => MoveAccountsAsync(databases, folder.Path))).Message.ShouldContain("is not empty: table accounts has rows");
    }

    private static Elsewhere To(SqlServerDatabases databases) => Elsewhere.Find(Stores.SqlServer, databases.Configuration, "");

    private static async Task<MovedDatabase> MoveAccountsAsync(SqlServerDatabases databases, string data)
    {
        await using var migration = await EmbeddedAccounts.OpenMigrationAsync(data, To(databases), default);
        return await migration!.RunAsync();
    }

    private static string Order() =>
        JsonSerializer.Serialize(new { lines = new[] { new { sku = "MOVED", quantity = 1 } }, paymentMethod = Cards.Approved, customer = new { name = "Zoë", email = Email } });

    /// <summary>An embedded shop with a customer who has ordered, and one who is locked; stopped again.</summary>
    private static async Task<Guid> SellAsync(string data)
    {
        await using var shop = await ShopApplication.StartAsync(new("http://127.0.0.1:0", data, Seed: false));
        using var boss = ShopClient.OperatorOf(shop);
        await boss.ListProductAsync("MOVED", 10);
        using var stranger = new ShopClient(shop.Url, token: null);
        (await stranger.PostAsync("/account/register", new { email = Email, password = Password, displayName = "Zoë" })).ShouldBe(201);
        (await stranger.PostAsync("/account/register", new { email = "locked@example.com", password = Password })).ShouldBe(201);
        for (var failure = 0; failure < 5; failure++)
            (await stranger.PostAsync("/account/token", new { email = "locked@example.com", password = "wrong" })).ShouldBe(401);
        using var client = new ShopClient(shop.Url, (await TokenAsync(stranger, Email)).ShouldBe(200).Text("accessToken"));
        var order = (await client.PlaceAsync(Order(), "k1")).ShouldBe(201).OrderId;
        await Quiet.WaitAsync(shop.Services);
        return order;
    }

    /// <summary>The whole shop in one process on the databases, with the keys and the provider's books of the folder.</summary>
    private static Task<ShopApplication> OpenAsync(SqlServerDatabases databases, TempFolder old)
    {
        var settings = databases.Settings;
        settings["Shop:Store"] = "SqlServer";
        settings[KeyFolder.Setting] = old.Under("keys");
        settings["Shop:PersonalData:MasterKey"] = File.ReadAllText(old.Under("personal-data.key")).Trim();
        var data = Directory.CreateDirectory(old.Under("new")).FullName;
        File.Copy(ShopOptions.Ledger(old.Path), ShopOptions.Ledger(data));
        return ShopApplication.StartAsync(new("http://127.0.0.1:0", data, Seed: false, settings));
    }

    private static async Task<string> MigrateAsync(SqlServerDatabases databases, string data)
    {
        var text = new StringWriter();
        (await MigrateCommand.RunAsync("sqlite", "sqlserver", data, databases.Configuration, text, CancellationToken.None)).ShouldBe(0);
        return text.ToString();
    }

    private static async Task<string> AuditAsync(SqlServerDatabases databases, string data)
    {
        var text = new StringWriter();
        (await AuditCommand.RunAsync(data, Stores.SqlServer, withoutProvider: false, databases.Configuration, text, CancellationToken.None)).ShouldBe(0, text.ToString());
        return text.ToString();
    }

    private static Task<Answer> TokenAsync(ShopClient client, string email) => client.PostAsync("/account/token", new { email, password = Password });
}
