using System.Net;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Shop.EventSourcing;
using Shop.EventSourcing.Protection;
using Shop.EventSourcing.Storage;
using Shop.EventSourcing.Storage.Sqlite;
using Shop.Ordering;
using Shop.Storefront.Accounts;
using Shop.Tests;
using Xunit.Abstractions;

namespace Shop.Host.Tests.EndToEnd;

/// <summary>Erasing a customer erases the account, too, whichever way it is asked for, and also when a process dies in the middle.</summary>
public sealed class ForgottenAccountTests(ITestOutputHelper output)
{
    private const string Name = "Zoë Quillfeather";
    private const string Email = "Zoe.Orders@quillfeather.example";
    private const string Password = "a cup of oat milk";

    /// <summary>Identity keeps the address in capitals as well.</summary>
    private static readonly ByteSearch Search = new(Name, "Quillfeather", Email, Email.ToUpperInvariant(), "17 Marmalade Crescent", "Wobblebury");

    [Fact]
    public async Task A_customer_with_an_account_is_signed_out_leaves_nothing_in_any_file_and_may_come_back()
    {
        await using var shop = await RunningShop.StartAsync(("Shop:Accounts:SessionCheckSeconds", "1"), ("Shop:Accounts:ErasureCheckSeconds", "1"));
        await shop.Client.ListProductAsync("FORGET", 100);
        using var stranger = new ShopClient(shop.Application.Url, token: null);
        using var browser = new SiteVisitor(shop.Application.Url);
        var zoe = await RegisterAsync(stranger);
        await CrowdAsync(stranger);
        await browser.SubmitAsync("/account/sign-in", ("Form.Email", Email), ("Form.Password", Password));
        (await browser.GetAsync("/account")).ShouldContain(Email);
        using var client = new ShopClient(shop.Application.Url, await TokenAsync(stranger));
        var order = (await client.PlaceAsync(Body(), "k1")).ShouldBe(201);
        order.Text("customerId").ShouldBe(zoe);
        Search.FindInFolder(shop.Application.Data).ShouldAllBe(found => found.Contains("accounts.db"));
        Search.FindInFolder(shop.Application.Data).ShouldNotBeEmpty("the search sees the account while it is there");

        (await shop.Client.PostAsync($"/customers/{zoe}/erase", new { by = "privacy desk", reason = "asked to be forgotten" })).ShouldBe(200)["keysDestroyed"].GetInt32().ShouldBe(1);

        await ShopClient.UntilAsync(() => Task.FromResult(Search.FindInFolder(shop.Application.Data)), found => found.Count == 0, "no file holds anything of the account");
        (await stranger.PostAsync("/account/token", new { email = Email, password = Password })).ShouldBe(401);
        await ShopClient.UntilAsync(async () => await browser.StatusOfAsync("/account") == HttpStatusCode.Found, "the browser is asked to sign in again");
        (await client.PlaceAsync(Body(), "k2")).ShouldBe(409).Text("code").ShouldBe("account-erased");
        (await stranger.PostAsync("/account/token", new { email = "crowd-7@example.com", password = Password })).ShouldBe(200);

        var anew = await RegisterAsync(stranger);
        anew.ShouldNotBe(zoe);
        using var again = new ShopClient(shop.Application.Url, await TokenAsync(stranger));
        (await again.PlaceAsync(Body(), "k3")).ShouldBe(201).Text("customerId").ShouldBe(anew);
        (await again.GetAsync($"/orders/{order.OrderId}")).ShouldBe(404);

        (await shop.Client.PostAsync($"/customers/{anew}/erase", new { by = "privacy desk", reason = "asked to be forgotten" })).ShouldBe(200);
        await ShopClient.UntilAsync(() => Task.FromResult(Search.FindInFolder(shop.Application.Data)), found => found.Count == 0, "no file holds anything of the second account");
        await shop.StopAndAuditAsync();
        await ForgettingTests.ShouldBeProvedAsync(shop.Application.Data);
        Search.FindInFolder(shop.Application.Data).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(Death.BeforeTheAccount)]
    [InlineData(Death.BeforeThePurge)]
    public async Task Who_was_erased_when_the_process_died_is_gone_after_the_next_start(Death death)
    {
        using var folder = new TempFolder();
        var zoe = await SellAsync(folder);
        await EraseHalfAsync(folder, zoe, death);
        Search.FindInFolder(folder.Path).ShouldNotBeEmpty("half an erasure leaves something");

        await using var shop = await ShopApplication.StartAsync(new("http://127.0.0.1:0", folder.Path, Seed: false));

        await ShopClient.UntilAsync(() => Task.FromResult(Search.FindInFolder(folder.Path)), found => found.Count == 0, "no file holds anything of the account");
        using var stranger = new ShopClient(shop.Url, token: null);
        (await stranger.PostAsync("/account/token", new { email = Email, password = Password })).ShouldBe(401);
        await RegisterAsync(stranger);
    }

    [Fact]
    public async Task The_command_erases_the_account_also_of_who_never_ordered_but_no_operators()
    {
        using var folder = new TempFolder();
        var zoe = await SellAsync(folder);

        var (code, text, errors) = await EraseAsync(folder, zoe);

        output.WriteLine(text);
        (code, errors.Count).ShouldBe((0, 0), text + string.Join('\n', errors));
        text.ShouldBe("The account of this id is erased.");
        Search.FindInFolder(folder.Path).ShouldBeEmpty();
        (await EraseAsync(folder, zoe)).ExitCode.ShouldBe(1, "it was erased before, and there was nothing else");
        var boss = await IdOfAsync(folder, DemoAccounts.Operator.Email);
        (await EraseAsync(folder, boss)).Output.ShouldContain("is an operator's, and is not erased");
        (await IdOfAsync(folder, DemoAccounts.Operator.Email)).ShouldBe(boss);
        (await EraseAsync(folder, Email)).Errors.ShouldHaveSingleItem().ShouldContain("--customer: This looks like an e-mail address");
        (await AuditCommand.AuditAsync(folder.Path)).Violations.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_operators_account_is_not_erased_as_a_customers()
    {
        await using var shop = await RunningShop.StartAsync(("Shop:Accounts:ErasureCheckSeconds", "1"));
        using var stranger = new ShopClient(shop.Application.Url, token: null);
        var zoe = await RegisterAsync(stranger);
        var boss = await shop.Application.Services.GetRequiredService<AccountErasure>().FindRoleAsync(await IdOfAsync(shop.Application.Data, DemoAccounts.Operator.Email));
        boss.ShouldBe("operator");

        foreach (var id in new[] { await IdOfAsync(shop.Application.Data, DemoAccounts.Operator.Email), zoe })
            (await shop.Client.PostAsync($"/customers/{id}/erase", new { by = "privacy desk", reason = "asked to be forgotten" })).ShouldBe(200);

        await ShopClient.UntilAsync(async () => (await stranger.PostAsync("/account/token", new { email = Email, password = Password })).Status == 401, "the customer's account, which came later, is gone");
        (await stranger.PostAsync("/account/token", new { email = DemoAccounts.Operator.Email, password = DemoAccounts.Password })).ShouldBe(200);
    }

    public enum Death
    {
        BeforeTheAccount,
        BeforeThePurge,
    }

    /// <summary>A shop that ran for a while and was stopped, with an account of Zoë among others.</summary>
    private static async Task<string> SellAsync(TempFolder folder)
    {
        await using var shop = await ShopApplication.StartAsync(new("http://127.0.0.1:0", folder.Path, Seed: false));
        using var stranger = new ShopClient(shop.Url, token: null);
        var zoe = await RegisterAsync(stranger);
        await CrowdAsync(stranger);
        await Quiet.WaitAsync(shop.Services);
        return zoe;
    }

    /// <summary>What an erasure has done when its process dies.</summary>
    private static async Task EraseHalfAsync(TempFolder folder, string customerId, Death death)
    {
        var definition = OrderingModuleExtensions.Store;
        await using (var store = new EventStore(definition.Name, new SqliteEngine(folder.Under("order.db"), definition.Tables), definition.InlineProjections, TimeProvider.System))
        {
            await store.OpenAsync(SchemaScript.FromAssembly(definition.Schema, "Sqlite"), default);
            await CustomerErasures.RecordAsync(store, customerId, TimeProvider.System, default);
            await Erasing.EraseAsync(store, OrderPersonalData.SubjectOf(customerId, default), "privacy desk", "asked to be forgotten", evenWithoutKey: true);
        }

        if (death == Death.BeforeTheAccount)
            return;
        await using var accounts = new SqliteConnection($"Data Source={folder.Under("accounts.db")};Pooling=false");
        await accounts.OpenAsync();
        await using var delete = accounts.CreateCommand();
        delete.CommandText = "DELETE FROM accounts WHERE id = @id; INSERT INTO account_purges (account_id) VALUES (@id)";
        delete.Parameters.AddWithValue("id", customerId);
        await delete.ExecuteNonQueryAsync();
    }

    /// <summary>Others, so that rows move between pages, and rows that change: copies of what was there before stay behind in the file.</summary>
    private static async Task CrowdAsync(ShopClient stranger)
    {
        for (var number = 0; number < 40; number++)
            (await stranger.PostAsync("/account/register", new { email = $"crowd-{number}@example.com", password = Password, displayName = new string('n', number * 2) })).ShouldBe(201);
        (await stranger.PostAsync("/account/token", new { email = Email, password = "wrong" })).ShouldBe(401);
    }

    private static async Task<string> RegisterAsync(ShopClient stranger) =>
        (await stranger.PostAsync("/account/register", new { email = Email, password = Password, displayName = Name })).ShouldBe(201).Text("customerId");

    private static async Task<string> TokenAsync(ShopClient stranger) =>
        (await stranger.PostAsync("/account/token", new { email = Email, password = Password })).ShouldBe(200).Text("accessToken");

    private static Task<string> IdOfAsync(TempFolder folder, string email) => IdOfAsync(folder.Path, email);

    private static async Task<string> IdOfAsync(string data, string email)
    {
        await using var accounts = new SqliteConnection($"Data Source={Path.Combine(data, "accounts.db")};Pooling=false");
        await accounts.OpenAsync();
        await using var find = accounts.CreateCommand();
        find.CommandText = "SELECT id FROM accounts WHERE email = @email";
        find.Parameters.AddWithValue("email", email);
        return (string)(await find.ExecuteScalarAsync())!;
    }

    private static Task<(int ExitCode, string Output, IReadOnlyList<string> Errors)> EraseAsync(TempFolder folder, string customerId) =>
        HostProcess.RunAsync("erase", "--data", folder.Path, "--by", "privacy desk", "--customer", customerId);

    private static string Body() => JsonSerializer.Serialize(new
    {
        lines = new[] { new { sku = "FORGET", quantity = 1 } },
        paymentMethod = Cards.Approved,
        customer = new { name = Name, email = Email },
        shippingAddress = new { recipient = Name, lines = new[] { "17 Marmalade Crescent" }, city = "Wobblebury", country = "GB" },
    });
}
