using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;

namespace Shop.Ordering.Tests;

/// <summary>Reading your own writes over HTTP.</summary>
public sealed class PositionTests
{
    [Fact]
    public async Task The_position_of_a_write_shows_it_in_the_list()
    {
        await using var shop = await TestOrdering.StartAsync();
        for (var number = 1; number <= 20; number++)
        {
            var placed = await shop.PlaceAsync($"key {number}", TestOrdering.Cart());
            var orderId = TestOrdering.OrderIdOf(await TestOrdering.JsonAsync(placed));
            var position = PositionOf(placed);

            position.ShouldStartWith("order=");
            (await FirstAsync(shop, $"/orders?minPosition={position["order=".Length..]}")).ShouldBe(orderId);
        }
    }

    [Fact]
    public async Task So_does_the_header_sent_back_among_those_of_other_stores()
    {
        await using var shop = await TestOrdering.StartAsync();
        for (var number = 1; number <= 20; number++)
        {
            var placed = await shop.PlaceAsync($"key {number}", TestOrdering.Cart());
            var orderId = TestOrdering.OrderIdOf(await TestOrdering.JsonAsync(placed));

            (await FirstAsync(shop, "/orders", $"inventory=99999999, {PositionOf(placed)}")).ShouldBe(orderId);
        }
    }

    [Fact]
    public async Task A_strong_list_shows_everything_that_was_answered_before()
    {
        await using var shop = await TestOrdering.StartAsync();
        for (var number = 1; number <= 20; number++)
        {
            var orderId = await shop.PlacedAsync($"key {number}");
            (await FirstAsync(shop, "/orders?consistency=strong")).ShouldBe(orderId);
        }
    }

    [Theory]
    [InlineData("/orders?minPosition=99999999")]
    [InlineData("/orders/018f0000-0000-7000-8000-000000000000?minPosition=99999999")]
    public async Task A_position_that_is_not_reached_in_time_is_503_with_Retry_After(string path)
    {
        await using var shop = await TestOrdering.StartAsync();
        var answer = await shop.Client.GetAsync(new Uri(path, UriKind.Relative));

        answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        answer.Headers.RetryAfter.ShouldNotBeNull();
        ((string)(await TestOrdering.JsonAsync(answer))["code"]!).ShouldBe("position-not-reached");
    }

    [Theory]
    [InlineData("?minPosition=soon", null, "minPosition")]
    [InlineData("?minPosition=-1", null, "minPosition")]
    [InlineData("?minPosition=1&minPosition=2", null, "minPosition")]
    [InlineData("?consistency=exact", null, "consistency")]
    [InlineData("", "order", "Shop-Position")]
    [InlineData("", "order=1;order=2", "Shop-Position")]
    public async Task What_cannot_be_understood_is_422_and_named(string query, string? header, string field)
    {
        await using var shop = await TestOrdering.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/orders{query}");
        if (header is not null)
            request.Headers.Add("Shop-Position", header);
        var answer = await shop.Client.SendAsync(request);

        answer.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        ((string)(await TestOrdering.JsonAsync(answer))["field"]!).ShouldBe(field);
    }

    [Fact]
    public async Task Every_GET_of_the_store_is_described_with_it()
    {
        await using var shop = await TestOrdering.StartAsync();
        var paths = (await shop.GetAsync("/openapi/v1.json"))["paths"]!;

        foreach (var path in (string[])["/orders", "/orders/{id}", "/orders/{id}/history"])
            Parameters(paths[path]!["get"]!).ShouldBe(["minPosition", "consistency", "Shop-Position"], ignoreOrder: true, path);
        Parameters(paths["/orders"]!["post"]!).ShouldBeEmpty();

        static IEnumerable<string> Parameters(JsonNode operation) =>
            (operation["parameters"]?.AsArray() ?? []).Select(parameter => (string)parameter!["name"]!).Intersect(["minPosition", "consistency", "Shop-Position"]);
    }

    internal static string PositionOf(HttpResponseMessage answer) => answer.Headers.GetValues("Shop-Position").Single();

    internal static async Task<Guid> FirstAsync(TestOrdering shop, string path, string? position = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (position is not null)
            request.Headers.Add("Shop-Position", position);
        var answer = await shop.Client.SendAsync(request);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        long.Parse(PositionOf(answer)["order=".Length..], CultureInfo.InvariantCulture).ShouldBePositive();
        return TestOrdering.OrderIdOf((await TestOrdering.JsonAsync(answer))["items"]![0]!);
    }
}
