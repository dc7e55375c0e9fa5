using System.Net.Http.Headers;
using System.Text;

namespace Shop.Host.Tests.EndToEnd;

/// <summary>What cannot be read or is not there is refused in words that say what to do, in Production too, whoever asks and whatever they accept.</summary>
public sealed class RefusalTests(ShopFixture fixture) : IClassFixture<ShopFixture>
{
    private ShopClient Operator => fixture.Client;

    [Theory]
    [InlineData("/payments?limit=abc", "limit", "abc")]
    [InlineData("/sagas?needsAttention=perhaps", "needsAttention", "perhaps")]
    [InlineData("/payments?after=last", "after", "last")]
    public async Task A_parameter_that_cannot_be_read_is_named_without_a_word_of_our_source(string path, string field, string value)
    {
        var refused = (await Operator.GetAsync(path)).ShouldBe(400);

        refused.Text("field").ShouldBe(field);
        refused.Text("detail").ShouldStartWith($"{field} cannot be \"{value}\"");
        refused.Body.ShouldNotContain("Nullable");
        refused.Body.ShouldNotContain("Shop.");
    }

    [Theory]
    [InlineData("""{"sku":5}""", "sku")]
    [InlineData("""{"sku":"A","name":"A","description":"","unitPriceMinor":"much","currency":"GBP","initialStock":1}""", "unitPriceMinor")]
    [InlineData("""{"sku":"A",""", null)]
    [InlineData("null", null)]
    [InlineData("", null)]
    [InlineData("[]", null)]
    public async Task A_body_that_cannot_be_read_is_answered_with_what_to_send(string body, string? field)
    {
        var refused = (await Operator.SendAsync(HttpMethod.Post, "/products", body)).ShouldBe(400);

        (refused.Json.TryGetProperty("field", out var named) ? named.GetString() : null).ShouldBe(field, refused.Body);
        refused.Text("detail").ShouldNotBeNullOrWhiteSpace();
        refused.Body.ShouldNotContain("System.");
        refused.Body.ShouldNotContain("Shop.");
    }

    [Theory]
    [InlineData("bogus")]
    [InlineData("utf-7")]
    public async Task A_charset_that_is_not_known_is_the_callers_mistake(string charset)
    {
        var refused = await Operator.SendAsync(HttpMethod.Post, "/account/token", prepare: request =>
        {
            request.Content = new ByteArrayContent("{}"u8.ToArray());
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse($"application/json; charset={charset}");
        });

        refused.ShouldBe(415).Text("detail").ShouldContain("UTF-8");
    }

    [Theory]
    [InlineData("/products?search=%00", "search")]
    [InlineData("/products?after=a%00b", "after")]
    [InlineData("/products?family=A&family=%00", "family")]
    [InlineData("/streams?prefix=%00", "prefix")]
    public async Task A_character_that_not_every_database_takes_is_refused(string path, string field) =>
        (await Operator.GetAsync(path)).ShouldBeProblem(422, "invalid-request", field);

    [Theory]
    [InlineData("text/event-stream")]
    [InlineData("application/xml")]
    public async Task Who_accepts_no_JSON_is_told_all_the_same(string accepts)
    {
        var refused = await Operator.SendAsync(HttpMethod.Get, "/sagas?sort=x", prepare: request => request.Headers.Accept.ParseAdd(accepts));
        refused.ShouldBe(422).Text("detail").ShouldNotBeNullOrWhiteSpace();

        var unknown = await Operator.SendAsync(HttpMethod.Get, $"/orders/{Guid.CreateVersion7()}", prepare: request => request.Headers.Accept.ParseAdd(accepts));
        unknown.ShouldBe(404).Text("detail").ShouldNotBeNullOrWhiteSpace();
    }

    [Fact]
    public async Task A_wrong_method_or_type_is_told_to_everybody_as_what_it_is()
    {
        using var stranger = new ShopClient(fixture.Shop.Application.Url, token: null);
        using var customer = ShopClient.CustomerOf(fixture.Shop.Application, "ada");
        foreach (var client in new[] { stranger, customer, Operator })
        {
            (await client.SendAsync(HttpMethod.Put, "/orders", "{}")).ShouldBe(405).Text("detail").ShouldContain("Allow");
            (await client.SendAsync(HttpMethod.Post, "/account/token", prepare: request => request.Content = new StringContent("email=a", Encoding.UTF8, "text/plain")))
                .ShouldBe(415).Text("detail").ShouldContain("application/json");
            (await client.GetAsync("/nowhere")).ShouldBe(404).Text("detail").ShouldContain("/openapi/v1.json");
        }

        (await stranger.GetAsync("/payments")).ShouldBe(401);
        (await customer.GetAsync("/payments")).ShouldBe(403);
    }

    [Theory]
    [InlineData("/nothing/here", "There is no such page")]
    [InlineData("/my/orders/abc", "There is no such page")]
    [InlineData("/console/sagas/abc", "There is no such page")]
    public async Task People_get_a_page_where_nothing_is(string path, string heading)
    {
        var page = (await Operator.SendAsync(HttpMethod.Get, path, prepare: Browser)).ShouldBe(404);

        page.Body.ShouldStartWith("<!DOCTYPE html>");
        page.Body.ShouldContain($"<h1>{heading}</h1>");
    }

    [Fact]
    public async Task Who_sends_a_form_that_is_out_of_date_is_told_to_load_it_again()
    {
        using var stranger = new ShopClient(fixture.Shop.Application.Url, token: null);
        var page = (await stranger.SendAsync(HttpMethod.Post, "/account/sign-out", prepare: request =>
        {
            Browser(request);
            request.Content = new FormUrlEncodedContent([new("back", "/")]);
        })).ShouldBe(400);

        page.Body.ShouldContain("<h1>This form is out of date</h1>");
    }

    private static void Browser(HttpRequestMessage request) => request.Headers.Accept.ParseAdd("text/html,application/xhtml+xml,*/*;q=0.8");

    [Theory]
    [InlineData("""{"filter":{},"dryRun":true,"reason":"x"}""", "dryRun")]
    [InlineData("""{"filter":{"states":"confirming"},"preview":true}""", "filter.states")]
    public async Task A_misspelt_member_does_not_mean_all_sagas(string body, string field) =>
        (await Operator.SendAsync(HttpMethod.Post, "/sagas/retry", body)).ShouldBe(400).Text("field").ShouldBe(field);

    [Theory]
    [InlineData("a b@example.com")]
    [InlineData("nobody")]
    [InlineData("a\\u0000b@example.com")]
    [InlineData("@example.com")]
    public async Task An_address_that_is_none_opens_no_account(string email)
    {
        using var stranger = new ShopClient(fixture.Shop.Application.Url, token: null);
        (await stranger.SendAsync(HttpMethod.Post, "/account/register", $$"""{"email":"{{email}}","password":"Shop-demo-1"}""")).ShouldBe(422).Text("field").ShouldBe("email");
        (await stranger.SendAsync(HttpMethod.Post, "/account/token", $$"""{"email":"{{email}}","password":"Shop-demo-1"}""")).ShouldBe(401);
    }

    [Fact]
    public async Task Customers_whose_id_no_address_can_hold_are_refused()
    {
        await Operator.ListProductAsync("SLASHED", 10);
        foreach (var id in new[] { "a/b", ".", ".." })
            (await Operator.PlaceAsync(new("SLASHED") { CustomerId = id })).ShouldBeProblem(422, "invalid-order", "customerId");
    }

    [Fact]
    public async Task The_id_with_a_slash_of_an_older_order_is_the_one_that_is_erased()
    {
        var erased = (await Operator.PostAsync("/customers/old%2Fcustomer/erase", new { by = "privacy desk", reason = "asked to be forgotten" })).ShouldBe(200);

        erased.Text("subject").ShouldBe("customer:old/customer");
    }

    [Fact]
    public async Task What_was_refused_is_not_recorded_as_done()
    {
        await Operator.ListProductAsync("ANONYMOUS", 10);
        var order = (await Operator.PlaceAsync(new("ANONYMOUS") { CustomerId = null })).ShouldBe(201).OrderId;

        (await Operator.PostAsync($"/orders/{order}/erase", new { by = "privacy desk", reason = "asked to be forgotten" })).ShouldBe(404).Text("code").ShouldBe("nothing-to-erase");
        (await Operator.PostAsync("/projections/orders.v1/swap", new { reason = "try" })).ShouldBe(409);

        var actions = (await Operator.GetAsync("/operator-actions?limit=100")).ShouldBe(200)["items"].EnumerateArray().Select(action => action.GetProperty("action").GetString()).ToList();
        actions.ShouldNotContain("guest-erased");
        actions.ShouldContain("projection-swap-refused");
    }

    [Fact]
    public async Task A_stream_ends_at_its_end_wherever_it_is_asked_for()
    {
        await Operator.ListProductAsync("ENDING", 10);
        (await Operator.GetAsync($"/streams/stock-ENDING?after={long.MaxValue}")).ShouldBe(200).Json.TryGetProperty("next", out _).ShouldBeFalse();
        (await Operator.GetAsync($"/streams/stock-ENDING?version={long.MinValue}")).ShouldBeProblem(422, "invalid-request", "version");
    }
}
