using System.Text.Json;
using Microsoft.Data.Sqlite;
using Npgsql;
using Shop.Host.Tests.EndToEnd;
using Shop.ServiceDefaults.Security;
using Shop.Tests;
using Xunit.Abstractions;

namespace Shop.Host.Tests.Migration;

/// <summary>Whoever had an account in the embedded shop has it after the move.</summary>
public sealed class MovedAccountsTests(ITestOutputHelper output)
{
    private const string Email = "zoe@quillfeather.example";
    private const string Password = "a cup of oat milk";

    [Fact]
    public async Task A_customer_signs_in_after_the_move_with_the_same_password_and_sees_their_orders()
    {
        using var folder = new TempFolder();
        var (zoe, order) = await SellAsync(folder.Path);
        await using var databases = await TargetDatabases.StartAsync();
        var before = await AccountRows.OfFolderAsync(folder.Path);
        before.Length.ShouldBe(4, "two to try things out, Zoë, and one who is locked");

        output.WriteLine(await MigrateAsync(databases, folder.Path));

        (await AccountRows.OfAsync(databases)).ShouldBe(before);
        await using var shop = await OpenAsync(databases, folder);
        using var stranger = new ShopClient(shop.Url, token: null);
        using var client = new ShopClient(shop.Url, (await TokenAsync(stranger, Email)).ShouldBe(200).Text("accessToken"));
        (await client.GetAsync("/orders")).ShouldBe(200)["items"].EnumerateArray().ShouldHaveSingleItem().GetProperty("orderId").GetGuid().ShouldBe(order);
        var mine = (await client.GetAsync($"/orders/{order}")).ShouldBe(200);
        (mine.Text("customerId"), mine["customer"].GetProperty("email").GetString()).ShouldBe((zoe, Email));
        (await TokenAsync(stranger, "locked@example.com")).ShouldBe(401);
        (await stranger.PostAsync("/account/register", new { email = Email, password = Password })).ShouldBe(409);
        (await stranger.PostAsync("/account/register", new { email = "new@example.com", password = Password })).ShouldBe(201);
    }

    [Fact]
    public async Task Who_was_signed_in_stays_so_when_the_keys_come_along()
    {
        using var folder = new TempFolder();
        using var browser = new SiteVisitor("");
        await using (var shop = await ShopApplication.StartAsync(new("http://127.0.0.1:0", folder.Path, Seed: false)))
        {
            using var stranger = new ShopClient(shop.Url, token: null);
            (await stranger.PostAsync("/account/register", new { email = Email, password = Password })).ShouldBe(201);
            browser.MoveTo(shop.Url);
            await browser.SubmitAsync("/account/sign-in", ("Form.Email", Email), ("Form.Password", Password));
            await Quiet.WaitAsync(shop.Services);
        }

        await using var databases = await TargetDatabases.StartAsync();
        await MigrateAsync(databases, folder.Path);
        await using var moved = await OpenAsync(databases, folder);
        browser.MoveTo(moved.Url);
        await Task.Delay(TimeSpan.FromSeconds(1.1));

        (await browser.GetAsync("/account")).ShouldContain(Email, customMessage: "its security stamp was looked at, and is the same");
    }

    [Fact]
    public async Task Accounts_are_not_mixed_with_others_and_an_open_number_goes_on()
    {
        using var folder = new TempFolder();
        await ShopStoresAsync(folder.Path);
        await AccountRows.FillAsync(folder.Path, 10);
        await using var databases = await TargetDatabases.StartAsync();
        await MigrateAsync(databases, folder.Path);
        await using (var target = new NpgsqlConnection(databases.Environment["ConnectionStrings__accounts"]))
        {
            await target.OpenAsync();
            await using var claim = new NpgsqlCommand("INSERT INTO account_claims (user_id, claim_type) VALUES ('id-1', 'new') RETURNING id", target);
            (await claim.ExecuteScalarAsync()).ShouldBe(6);
        }

        using var other = new TempFolder();
        await ShopStoresAsync(other.Path);
        await AccountRows.FillAsync(other.Path, 11);
        await using var elsewhere = await TargetDatabases.StartAsync();
        elsewhere.Environment["ConnectionStrings__accounts"] = databases.Environment["ConnectionStrings__accounts"];
        (await Should.ThrowAsync<StartException>(() => MigrateAsync(elsewhere, other.Path))).Message.ShouldContain("holds something else now. They are two shops");
        (await elsewhere.NumberAsync("order", "SELECT count(*) FROM migrations WHERE finished_at IS NOT NULL")).ShouldBe(0, "no store is moved when the accounts cannot be");
    }

    [Fact]
    public async Task Accounts_that_were_there_before_are_not_overwritten_and_a_missing_database_is_named()
    {
        using var folder = new TempFolder();
        await ShopStoresAsync(folder.Path);
        await AccountRows.FillAsync(folder.Path, 3);
        await using var databases = await TargetDatabases.StartAsync();
        using (var empty = new TempFolder())
        {
            await ShopStoresAsync(empty.Path);
            await AccountRows.FillAsync(empty.Path, 0);
            await using var first = await EmbeddedAccounts.OpenMigrationAsync(empty.Path, Elsewhere.Find("postgres", databases.Configuration, ""), default);
        }

        await using (var target = new NpgsqlConnection(databases.Environment["ConnectionStrings__accounts"]))
        {
            await target.OpenAsync();
            await using var boss = new NpgsqlCommand(
                "INSERT INTO accounts VALUES ('boss', 'boss', 'BOSS', 'boss', 'BOSS', false, null, null, null, null, false, false, null, true, 0, null, 'operator')", target);
            await boss.ExecuteNonQueryAsync();
        }

        (await Should.ThrowAsync<StartException>(() => MigrateAsync(databases, folder.Path))).Message.ShouldContain("is not empty: table accounts has rows");
        databases.Environment.Remove("ConnectionStrings__accounts");
        (await Should.ThrowAsync<StartException>(() => MigrateAsync(databases, folder.Path))).Message.ShouldContain("ConnectionStrings__accounts is not set");
    }

    /// <summary>An embedded shop with a customer who has ordered, and one who is locked; stopped again.</summary>
    private static async Task<(string CustomerId, Guid OrderId)> SellAsync(string data)
    {
        await using var shop = await ShopApplication.StartAsync(new("http://127.0.0.1:0", data, Seed: false));
        using var boss = ShopClient.OperatorOf(shop);
        await boss.ListProductAsync("MOVED", 10);
        using var stranger = new ShopClient(shop.Url, token: null);
        var zoe = (await stranger.PostAsync("/account/register", new { email = Email, password = Password, displayName = "Zoë" })).ShouldBe(201).Text("customerId");
        (await stranger.PostAsync("/account/register", new { email = "locked@example.com", password = Password })).ShouldBe(201);
        for (var failure = 0; failure < 5; failure++)
            (await stranger.PostAsync("/account/token", new { email = "locked@example.com", password = "wrong" })).ShouldBe(401);
        using var client = new ShopClient(shop.Url, (await TokenAsync(stranger, Email)).ShouldBe(200).Text("accessToken"));
        var order = (await client.PlaceAsync(
            JsonSerializer.Serialize(new { lines = new[] { new { sku = "MOVED", quantity = 1 } }, paymentMethod = Cards.Approved, customer = new { name = "Zoë", email = Email } }), "k1")).ShouldBe(201).OrderId;
        await Quiet.WaitAsync(shop.Services);
        return (zoe, order);
    }

    /// <summary>Everything of a shop but its accounts.</summary>
    private static async Task ShopStoresAsync(string data)
    {
        await using var shop = await ShopApplication.StartAsync(new("http://127.0.0.1:0", data, Seed: false));
        await shop.DisposeAsync();
        SqliteConnection.ClearAllPools();
        foreach (var file in Directory.GetFiles(data, "accounts.db*"))
            File.Delete(file);
    }

    /// <summary>The whole shop in one process on the databases, with the keys and the provider's books of the folder.</summary>
    private static Task<ShopApplication> OpenAsync(TargetDatabases databases, TempFolder old)
    {
        var settings = databases.Environment.ToDictionary(pair => pair.Key.Replace("__", ":", StringComparison.Ordinal), pair => (string?)pair.Value);
        settings["Shop:Store"] = "PostgreSql";
        settings["Shop:Accounts:SessionCheckSeconds"] = "1";
        settings[KeyFolder.Setting] = old.Under("keys");
        settings["Shop:PersonalData:MasterKey"] = File.ReadAllText(old.Under("personal-data.key")).Trim();
        var data = Directory.CreateDirectory(old.Under("new")).FullName;
        File.Copy(ShopOptions.Ledger(old.Path), ShopOptions.Ledger(data));
        return ShopApplication.StartAsync(new("http://127.0.0.1:0", data, Seed: false, settings));
    }

    private static async Task<string> MigrateAsync(TargetDatabases databases, string data)
    {
        var text = new StringWriter();
        (await MigrateCommand.RunAsync("sqlite", "postgres", data, databases.Configuration, text, CancellationToken.None)).ShouldBe(0);
        return text.ToString();
    }

    private static Task<Answer> TokenAsync(ShopClient client, string email) => client.PostAsync("/account/token", new { email, password = Password });
}
