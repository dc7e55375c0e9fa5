using System.Text.Json;
using Microsoft.Data.Sqlite;
using Shop.Tests;
using Xunit.Abstractions;

namespace Shop.Host.Tests.EndToEnd;

/// <summary>The whole shop, and all its files: after an erasure nobody finds a name, an address or an e-mail, and audit and verify still pass.</summary>
public sealed class ForgettingTests(ITestOutputHelper output)
{
    private const string Name = "Zoë Quillfeather";
    private const string Email = "zoe+orders@quillfeather.example";
    private static readonly string[] Words = [Name, "Quillfeather", Email, "17 Marmalade Crescent", "Oglethorpe", "Wobblebury", "WB7 9QX"];

    [Fact]
    public async Task After_an_erasure_no_file_holds_anything_readable_and_audit_and_verify_pass()
    {
        await using var shop = await RunningShop.StartAsync();
        var client = shop.Client;
        await client.ListProductAsync("FORGET", 100);
        var confirmed = (await client.PlaceAsync(Body("FORGET", "zoe", Cards.Approved), "k1")).ShouldBe(201);
        var rejected = (await client.PlaceAsync(Body("FORGET", "zoe", Cards.Declined), "k2")).ShouldBe(201);
        var guest = (await client.PlaceAsync(Body("FORGET", null, Cards.Approved), "k3")).ShouldBe(201);
        foreach (var order in new[] { confirmed, rejected, guest })
            (await client.GetAsync($"/orders/{order.OrderId}")).ShouldBe(200)["customer"].GetProperty("email").GetString().ShouldBe(Email);
        var search = new ByteSearch(Words);
        search.FindInFolder(shop.Application.Data).ShouldBeEmpty("nothing is ever stored in readable form");
        new ByteSearch("Product FORGET").FindInFolder(shop.Application.Data).ShouldNotBeEmpty("the search sees what is stored");

        var report = (await client.PostAsync("/customers/zoe/erase", new { by = "privacy desk", reason = "asked to be forgotten" })).ShouldBe(200);
        output.WriteLine(report.Body);
        (await client.PostAsync($"/orders/{guest.OrderId}/erase", new { by = "privacy desk", reason = "asked to be forgotten" })).ShouldBe(200);

        foreach (var order in new[] { confirmed, rejected, guest })
        {
            var erased = (await client.GetAsync($"/orders/{order.OrderId}")).ShouldBe(200);
            (erased["customer"].GetRawText(), erased["shippingAddress"].GetRawText()).ShouldBe(("""{"erased":true}""", """{"erased":true}"""));
        }

        (await client.PlaceAsync(Body("FORGET", "zoe", Cards.Approved), "k1")).Body.ShouldBe(confirmed.Body);
        search.FindInFolder(shop.Application.Data).ShouldBeEmpty();
        await shop.StopAndAuditAsync();
        await ShouldBeProvedAsync(shop.Application.Data);
        search.FindInFolder(shop.Application.Data).ShouldBeEmpty();
        await shop.RestartAsync();
        (await shop.Client.GetAsync($"/orders/{confirmed.OrderId}")).ShouldBe(200)["customer"].GetRawText().ShouldBe("""{"erased":true}""");
    }

    [Fact]
    public async Task The_command_erases_and_an_audit_finds_a_key_that_came_back()
    {
        using var folder = new TempFolder();
        Guid guest;
        await using (var shop = await ShopApplication.StartAsync(new("http://127.0.0.1:0", folder.Path, Seed: false)))
        {
            using var client = ShopClient.OperatorOf(shop);
            await client.ListProductAsync("FORGET", 100);
            (await client.PlaceAsync(Body("FORGET", "zoe", Cards.Approved), "k1")).ShouldBe(201);
            guest = (await client.PlaceAsync(Body("FORGET", null, Cards.Approved), "k2")).ShouldBe(201).OrderId;
            await Quiet.WaitAsync(shop.Services);
            (await EraseAsync(2, "--customer", "zoe")).ShouldContain("Another shop runs");
        }

        await using var store = new SqliteConnection($"Data Source={folder.Under("order.db")};Pooling=false");
        await store.OpenAsync();
        await ExecuteAsync("CREATE TABLE kept AS SELECT * FROM data_keys");
        await store.CloseAsync();

        (await EraseAsync(2)).ShouldContain("--customer ID");
        (await EraseAsync(1, "--customer", "nobody")).ShouldContain("nothing to erase");
        var erased = await EraseAsync(0, "--customer", "zoe", "--reason", "asked to be forgotten");
        output.WriteLine(erased);
        erased.ShouldContain("Erased customer:zoe");
        (await EraseAsync(0, "--customer", "zoe")).ShouldBe(erased);
        (await EraseAsync(0, "--order", $"{guest}")).ShouldContain($"Erased order:{guest}");
        (await AuditCommand.AuditAsync(folder.Path)).Violations.ShouldBeEmpty();
        await ShouldBeProvedAsync(folder.Path);

        await store.OpenAsync();
        await ExecuteAsync("UPDATE data_keys SET (master_key_id, wrapped) = (SELECT master_key_id, wrapped FROM kept WHERE kept.key_id = data_keys.key_id) WHERE subject = 'customer:zoe'");
        await store.CloseAsync();
        (await AuditCommand.AuditAsync(folder.Path)).Violations.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            violation => violation.Expected.ShouldBe("destroyed"), violation => violation.Found.ShouldBe("still there"));

        async Task<string> EraseAsync(int exitCode, params string[] arguments)
        {
            var (code, text, errors) = await HostProcess.RunAsync(["erase", "--data", folder.Path, "--by", "privacy desk", .. arguments]);
            code.ShouldBe(exitCode, text + string.Join('\n', errors));
            return text + string.Join('\n', errors);
        }

        async Task ExecuteAsync(string sql)
        {
            await using var command = store.CreateCommand();
            command.CommandText = sql;
            await command.ExecuteNonQueryAsync();
        }
    }

    /// <summary>No stored event was changed.</summary>
    internal static async Task ShouldBeProvedAsync(string data)
    {
        var (exitCode, text, errors) = await HostProcess.RunAsync("verify", "--data", data);
        exitCode.ShouldBe(0, text + string.Join('\n', errors));
        text.ShouldContain("Proof holds");
    }

    private static string Body(string sku, string? customerId, string card) => JsonSerializer.Serialize(new
    {
        customerId,
        lines = new[] { new { sku, quantity = 1 } },
        paymentMethod = card,
        customer = new { name = Name, email = Email },
        shippingAddress = new { recipient = Name, lines = new[] { "17 Marmalade Crescent", "c/o Oglethorpe" }, city = "Wobblebury", postalCode = "WB7 9QX", country = "GB" },
    });
}
