using System.Text.Json;
using Shop.Host.Bundles;

namespace Shop.Host.Tests.EndToEnd;

/// <summary>An order is exported from one shop and looked at in another.</summary>
public sealed class BundleTests
{
    [Fact]
    public async Task An_exported_order_looks_the_same_in_a_folder_of_its_own_and_its_personal_data_stays_sealed()
    {
        using var folder = new TempFolder();
        var file = Path.Combine(folder.Path, "bundle.json");
        var copy = Path.Combine(folder.Path, "copy");
        Guid orderId;
        string saga, history;
        await using (var shop = await RunningShop.StartAsync())
        {
            await shop.Client.ListProductAsync("BUNDLE", 10);
            var body = new Purchase("BUNDLE", 2).Body.TrimEnd('}') + ""","customer":{"name":"Zoe Miller","email":"zoe@example.com"}}""";
            orderId = (await shop.Client.PlaceAsync(body, "key")).ShouldBe(201).OrderId;
            await ShopClient.UntilAsync(() => shop.Client.GetAsync($"/sagas/{orderId}"), answer => answer.Text("state") == "confirmed", "the saga is confirmed");
            var bundle = (await shop.Client.GetAsync($"/orders/{orderId}/bundle")).ShouldBe(200);
            bundle.Body.ShouldNotContain("Zoe");
            bundle["streams"].EnumerateArray().Select(stream => stream.GetProperty("store").GetString()).ShouldBe(["order", "saga", "inventory", "payment", "order"]);
            await File.WriteAllTextAsync(file, bundle.Body);
            (await shop.Client.GetAsync($"/orders/{orderId}")).Body.ShouldContain("Zoe");
            saga = Shown(await shop.Client.GetAsync($"/sagas/{orderId}"));
            history = Shown(await shop.Client.GetAsync($"/payments/{orderId}"));
            (await shop.Client.GetAsync($"/orders/{Guid.CreateVersion7()}/bundle")).ShouldBe(404);
        }

        using var printed = new StringWriter();
        (await LoadCommand.RunAsync(file, copy, printed, default)).ShouldBe(0);
        printed.ToString().ShouldContain($"Order {orderId:D}");

        await using var looked = await ShopApplication.StartAsync(new("http://127.0.0.1:0", copy, Seed: false));
        using var client = ShopClient.OperatorOf(looked);
        Shown(await client.GetAsync($"/sagas/{orderId}")).ShouldBe(saga);
        Shown(await client.GetAsync($"/payments/{orderId}")).ShouldBe(history);
        var order = (await client.GetAsync($"/orders/{orderId}")).ShouldBe(200);
        order.OrderStatus.ShouldBe("confirmed");
        order.Body.ShouldNotContain("Zoe");
        (await client.GetAsync("/sagas?sku=BUNDLE")).ShouldBe(200)["items"].GetArrayLength().ShouldBe(1);
        await ShopClient.UntilAsync(async () => (await client.GetAsync("/orders")).ShouldBe(200)["items"].GetArrayLength() == 1, "the order is listed");
    }

    [Fact]
    public async Task What_is_no_bundle_and_a_folder_that_is_not_empty_are_refused()
    {
        using var folder = new TempFolder();
        var file = Path.Combine(folder.Path, "bundle.json");
        var copy = Path.Combine(folder.Path, "copy");

        (await Should.ThrowAsync<StartException>(() => LoadCommand.RunAsync(file, copy, TextWriter.Null, default))).Message.ShouldContain("cannot be read");
        await File.WriteAllTextAsync(file, """{"format":"shop-order-bundle.v9","streams":[]}""");
        (await Should.ThrowAsync<StartException>(() => LoadCommand.RunAsync(file, copy, TextWriter.Null, default))).Message.ShouldContain("is no shop-order-bundle.v1");
        await File.WriteAllTextAsync(file, $$"""{"format":"shop-order-bundle.v1","orderId":"{{Guid.CreateVersion7()}}","exportedAt":"2026-01-02T03:04:05Z","streams":[],"messages":[],"scheduled":[]}""");
        (await Should.ThrowAsync<StartException>(() => LoadCommand.RunAsync(file, folder.Path, TextWriter.Null, default))).Message.ShouldContain("is not empty");
        (await LoadCommand.RunAsync(file, copy, TextWriter.Null, default)).ShouldBe(0);
    }

    private static string Shown(Answer answer) => JsonSerializer.Serialize(answer.ShouldBe(200).Json);
}
