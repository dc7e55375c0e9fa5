using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Shop.Contracts;
using Shop.Messaging;
using Shop.Tests;

namespace Shop.Ordering.Tests;

public sealed class PersonalDataTests
{
    [Fact]
    public async Task An_order_shows_whose_it_is_until_the_customer_is_erased()
    {
        await using var shop = await TestOrdering.StartAsync();
        var placed = await shop.PlaceAsync("key", Zoe.Cart());
        placed.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var orderId = TestOrdering.OrderIdOf(await TestOrdering.JsonAsync(placed));

        var order = await shop.GetAsync($"/orders/{orderId}");
        JsonNode.DeepEquals(order["customer"], JsonNode.Parse($$"""{"name":"{{Zoe.Name}}","email":"{{Zoe.Email}}"}""")).ShouldBeTrue(order.ToJsonString());
        JsonNode.DeepEquals(order["shippingAddress"], Zoe.Cart()["shippingAddress"]).ShouldBeTrue(order.ToJsonString());

        var erased = await shop.EraseAsync("/customers/c-zoe/erase");
        erased.StatusCode.ShouldBe(HttpStatusCode.OK);
        var report = await TestOrdering.JsonAsync(erased);
        ((string)report["subject"]!, (string)report["by"]!, (string)report["reason"]!, (int)report["keysDestroyed"]!, (bool)report["purged"]!)
            .ShouldBe(("customer:c-zoe", "privacy desk", "asked to be forgotten", 1, true));

        order = await shop.GetAsync($"/orders/{orderId}");
        order["customer"]!.ToJsonString().ShouldBe("""{"erased":true}""");
        order["shippingAddress"]!.ToJsonString().ShouldBe("""{"erased":true}""");
        ((long)order["totalMinor"]!).ShouldBe(500);

        await shop.SendAsync(new ConfirmOrder { OrderId = orderId });
        ((string)(await shop.GetAsync($"/orders/{orderId}?wait=30"))["status"]!).ShouldBe("confirmed");
        JsonNode.DeepEquals(await TestOrdering.JsonAsync(await shop.EraseAsync("/customers/c-zoe/erase", by: "somebody else")), report).ShouldBeTrue();
    }

    [Fact]
    public async Task Nothing_personal_is_stored_or_sent_in_readable_form_neither_before_an_erasure_nor_after()
    {
        await using var shop = await TestOrdering.StartAsync();
        var answer = await shop.PlaceAsync("key", Zoe.Cart(), prefer: "wait=1");
        var orderId = TestOrdering.OrderIdOf(await TestOrdering.JsonAsync(answer));
        await TestOrdering.Eventually(() => Task.FromResult(!shop.World.Messages.IsEmpty));
        var search = new ByteSearch(Zoe.Words);

        search.FindInFolder(shop.Folder).ShouldBeEmpty();
        search.Find("the answer that is stored", await answer.Content.ReadAsByteArrayAsync()).ShouldBeEmpty();
        search.Find("the history", Encoding.UTF8.GetBytes((await shop.GetAsync($"/orders/{orderId}/history")).ToJsonString())).ShouldBeEmpty();
        search.Find("the list", Encoding.UTF8.GetBytes((await shop.GetAsync("/orders?consistency=strong")).ToJsonString())).ShouldBeEmpty();
        search.Find("what others are told", Encoding.UTF8.GetBytes(System.Text.Json.JsonSerializer.Serialize(shop.World.Messages))).ShouldBeEmpty();
        new ByteSearch("pm_card_visa").FindInFolder(shop.Folder).ShouldNotBeEmpty("the search sees what is stored");

        await shop.EraseAsync("/customers/c-zoe/erase");

        search.FindInFolder(shop.Folder).ShouldBeEmpty();
        (await shop.GetAsync($"/orders/{orderId}/history"))["events"]!.AsArray().Select(entry => (string)entry!["type"]!).ShouldBe(["order-placed.v2"]);
    }

    [Fact]
    public async Task The_same_request_gets_the_same_answer_and_another_person_is_refused()
    {
        await using var shop = await TestOrdering.StartAsync();
        var first = await (await shop.PlaceAsync("key", Zoe.Cart())).Content.ReadAsStringAsync();

        (await (await shop.PlaceAsync("key", Zoe.Cart())).Content.ReadAsStringAsync()).ShouldBe(first);
        object[] others =
        [
            Zoe.Cart(customer: new { name = Zoe.Name, email = "zoe@other.example" }),
            Zoe.Cart(customer: new { name = "Zoë", email = Zoe.Email }),
            Zoe.Cart(shippingAddress: new { recipient = "Zoë", lines = new[] { "1 High St" }, city = "Leeds", country = "GB" }),
            TestOrdering.Cart(customerId: "c-zoe"),
        ];
        foreach (var other in others)
        {
            var refused = await shop.PlaceAsync("key", other);
            refused.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
            ((string)(await TestOrdering.JsonAsync(refused))["code"]!).ShouldBe("idempotency-key-reused");
        }

        await shop.EraseAsync("/customers/c-zoe/erase");
        (await (await shop.PlaceAsync("key", Zoe.Cart())).Content.ReadAsStringAsync()).ShouldBe(first, "the answer holds nothing personal, so it stays byte for byte");
        (await shop.PlaceAsync("key", TestOrdering.Cart(customerId: "c-zoe"))).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await shop.CountAsync("order-placed.v2")).ShouldBe(1);
    }

    [Fact]
    public async Task Requests_at_once_under_one_key_place_one_order_for_one_person()
    {
        await using var shop = await TestOrdering.StartAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(number => shop.PlaceAsync(
            "key", number % 2 == 0 ? Zoe.Cart() : Zoe.Cart(customer: new { name = "Somebody Else", email = "else@other.example" }))));

        (await shop.CountAsync("order-placed.v2")).ShouldBe(1);
        answers.Count(answer => answer.StatusCode == HttpStatusCode.Accepted).ShouldBe(8);
        answers.Count(answer => answer.StatusCode == HttpStatusCode.UnprocessableEntity).ShouldBe(8);
    }

    [Fact]
    public async Task Each_guest_order_has_a_key_of_its_own()
    {
        await using var shop = await TestOrdering.StartAsync();
        var one = TestOrdering.OrderIdOf(await TestOrdering.JsonAsync(await shop.PlaceAsync("one", Zoe.Cart(customerId: null))));
        var two = TestOrdering.OrderIdOf(await TestOrdering.JsonAsync(await shop.PlaceAsync("two", Zoe.Cart(customerId: null))));
        var known = TestOrdering.OrderIdOf(await TestOrdering.JsonAsync(await shop.PlaceAsync("three", Zoe.Cart())));
        var plain = await shop.PlacedAsync("four");

        (await shop.EraseAsync($"/orders/{one}/erase")).StatusCode.ShouldBe(HttpStatusCode.OK);

        ((bool)(await shop.GetAsync($"/orders/{one}"))["customer"]!["erased"]!).ShouldBeTrue();
        ((string)(await shop.GetAsync($"/orders/{two}"))["customer"]!["name"]!).ShouldBe(Zoe.Name);
        (await shop.EraseAsync($"/orders/{known}/erase")).StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await shop.EraseAsync($"/orders/{plain}/erase")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await shop.EraseAsync($"/orders/{Guid.CreateVersion7()}/erase")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_customer_who_comes_back_after_an_erasure_is_known_again()
    {
        await using var shop = await TestOrdering.StartAsync();
        var old = TestOrdering.OrderIdOf(await TestOrdering.JsonAsync(await shop.PlaceAsync("one", Zoe.Cart())));
        await shop.EraseAsync("/customers/c-zoe/erase");

        var anew = TestOrdering.OrderIdOf(await TestOrdering.JsonAsync(await shop.PlaceAsync("two", Zoe.Cart())));

        ((string)(await shop.GetAsync($"/orders/{anew}"))["customer"]!["name"]!).ShouldBe(Zoe.Name);
        ((bool)(await shop.GetAsync($"/orders/{old}"))["customer"]!["erased"]!).ShouldBeTrue();
    }

    [Theory]
    [InlineData("customer", """{"email":"a@b.example"}""", "customer.name")]
    [InlineData("customer", """{"name":" ","email":"a@b.example"}""", "customer.name")]
    [InlineData("customer", """{"name":"Secretname"}""", "customer.email")]
    [InlineData("customer", """{"name":"Secretname","email":"secret.example"}""", "customer.email")]
    [InlineData("customer", """{"name":"Secretname","email":"a b@secret.example"}""", "customer.email")]
    [InlineData("customer", """{"name":"Secretname","email":"@secret.example"}""", "customer.email")]
    [InlineData("shippingAddress", """{"lines":["Secretstreet"],"city":"Leeds","country":"GB"}""", "shippingAddress.recipient")]
    [InlineData("shippingAddress", """{"recipient":"Secretname","city":"Leeds","country":"GB"}""", "shippingAddress.lines")]
    [InlineData("shippingAddress", """{"recipient":"Secretname","lines":[],"city":"Leeds","country":"GB"}""", "shippingAddress.lines")]
    [InlineData("shippingAddress", """{"recipient":"Secretname","lines":["Secretstreet",null],"city":"Leeds","country":"GB"}""", "shippingAddress.lines[1]")]
    [InlineData("shippingAddress", """{"recipient":"Secretname","lines":["Secretstreet"],"country":"GB"}""", "shippingAddress.city")]
    [InlineData("shippingAddress", """{"recipient":"Secretname","lines":["Secretstreet"],"city":"Leeds","postalCode":"","country":"GB"}""", "shippingAddress.postalCode")]
    [InlineData("shippingAddress", """{"recipient":"Secretname","lines":["Secretstreet"],"city":"Leeds","country":"England"}""", "shippingAddress.country")]
    public async Task What_is_wrong_is_named_and_not_repeated(string member, string value, string field)
    {
        await using var shop = await TestOrdering.StartAsync();
        var cart = Zoe.Cart();
        cart[member] = JsonNode.Parse(value);

        var refused = await shop.PlaceAsync("key", cart);

        refused.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        var problem = await TestOrdering.JsonAsync(refused);
        ((string)problem["field"]!).ShouldBe(field);
        problem.ToJsonString().ShouldNotContain("secret", Case.Insensitive);
        (await shop.CountAsync("request-accepted.v2")).ShouldBe(0);
    }

    [Fact]
    public async Task Ids_and_reasons_that_stay_readable_may_not_be_addresses()
    {
        await using var shop = await TestOrdering.StartAsync();
        ((string)(await TestOrdering.JsonAsync(await shop.PlaceAsync("key", Zoe.Cart(customerId: Zoe.Email))))["field"]!).ShouldBe("customerId");
        await shop.PlaceAsync("key", Zoe.Cart());

        foreach (var (by, reason, field) in new[] { (null, "why", "by"), ("desk", "", "reason"), ("desk", $"{Zoe.Email} asked", "reason") })
        {
            var refused = await shop.EraseAsync("/customers/c-zoe/erase", by, reason);
            refused.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
            ((string)(await TestOrdering.JsonAsync(refused))["field"]!).ShouldBe(field);
        }

        ((string)(await TestOrdering.JsonAsync(await shop.EraseAsync($"/customers/{Zoe.Email}/erase")))["field"]!).ShouldBe("customerId");
        (await shop.CountAsync("personal-data-erased.v1")).ShouldBe(0);
        (await shop.CountAsync("customer-erasure-asked.v1")).ShouldBe(0);
    }

    [Fact]
    public async Task Every_erasure_that_was_asked_for_can_be_followed_by_its_number_also_of_whom_no_order_holds_anything()
    {
        await using var shop = await TestOrdering.StartAsync();
        await shop.PlaceAsync("key", Zoe.Cart());
        (await ErasuresAsync("")).ShouldBe(("", 0));

        var report = await TestOrdering.JsonAsync(await shop.EraseAsync("/customers/c-nobody/erase"));
        await shop.EraseAsync("/customers/c-zoe/erase");
        JsonNode.DeepEquals(await TestOrdering.JsonAsync(await shop.EraseAsync("/customers/c-nobody/erase", by: "somebody else")), report).ShouldBeTrue();

        ((int)report["keysDestroyed"]!, (string)report["by"]!).ShouldBe((0, "privacy desk"));
        (await ErasuresAsync("")).ShouldBe(("1 c-nobody, 2 c-zoe, 3 c-nobody", 3));
        (await ErasuresAsync("?after=1&limit=1")).ShouldBe(("2 c-zoe", 2));
        (await ErasuresAsync("?after=3")).ShouldBe(("", 3));
        (await shop.CountAsync("subject-erased-without-key.v1")).ShouldBe(1);

        async Task<(string Items, long Next)> ErasuresAsync(string query)
        {
            var page = await shop.GetAsync($"/customers/erasures{query}");
            return (string.Join(", ", page["items"]!.AsArray().Select(item => $"{item!["number"]} {item["customerId"]}")), (long)page["next"]!);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task By_a_token_that_is_good_for_a_while_after_the_erasure_nothing_personal_comes_back(bool hasOrdered)
    {
        await using var shop = await TestOrdering.StartAsync();
        using var zoe = shop.ClientOf("c-zoe");
        if (hasOrdered)
            (await PlaceAsync("one", Zoe.Cart())).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        await shop.EraseAsync("/customers/c-zoe/erase");

        var refused = await PlaceAsync("two", Zoe.Cart());

        refused.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        ((string)(await TestOrdering.JsonAsync(refused))["code"]!).ShouldBe("account-erased");
        new ByteSearch(Zoe.Words).FindInFolder(shop.Folder).ShouldBeEmpty();
        (await shop.CountAsync("data-key-created.v1")).ShouldBe(hasOrdered ? 1 : 0);

        Task<HttpResponseMessage> PlaceAsync(string key, JsonObject cart)
        {
            var request = new HttpRequestMessage(HttpMethod.Post, "/orders") { Content = new StringContent(cart.ToJsonString(), Encoding.UTF8, "application/json") };
            request.Headers.Add("Idempotency-Key", key);
            return zoe.SendAsync(request);
        }
    }

    [Fact]
    public async Task Without_the_file_of_the_master_key_the_shop_does_not_start_on_its_data()
    {
        var folder = Directory.CreateTempSubdirectory("shop-ordering-").FullName;
        var file = Path.Combine(folder, MasterKeySettings.FileName);
        await using (var shop = await TestOrdering.StartAsync(folder, keepFolder: true))
            await shop.PlaceAsync("key", Zoe.Cart());
        if (!OperatingSystem.IsWindows())
            File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var kept = await File.ReadAllBytesAsync(file);
        File.Delete(file);

        (await Should.ThrowAsync<StartupException>(() => TestOrdering.StartAsync(folder, keepFolder: true))).Message.ShouldContain($"restore {MasterKeySettings.FileName}");

        await File.WriteAllBytesAsync(file, kept);
        await using var restored = await TestOrdering.StartAsync(folder);
        ((string)(await restored.GetAsync("/orders?consistency=strong"))["items"]![0]!["status"]!).ShouldBe("placed");
    }
}
