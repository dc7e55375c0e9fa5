using System.Net;
using System.Text;
using Shop.Host.Tests.EndToEnd;
using Shop.ServiceDefaults.Security;
using Shop.Tests;
using Xunit.Abstractions;

namespace Shop.Host.Tests.Security;

/// <summary>Who may call what, of every route that the shop has: the list is approved by hand, and every line of it is tried out.</summary>
public sealed class RoleMatrixTests(ShopFixture fixture, ITestOutputHelper output) : IClassFixture<ShopFixture>
{
    private const string Query = "?time=2026-01-01T00:00:00Z&wait=0";

    private readonly ShopApplication shop = fixture.Shop.Application;
    private readonly IReadOnlyList<ShopRoute> routes = ShopRoute.Of(fixture.Shop.Application);

    [Fact]
    public void Every_route_says_who_may_call_it_and_is_on_the_approved_list()
    {
        var actual = routes.Select(route => route.ToString()).ToArray();
        output.WriteLine(string.Join('\n', actual));

        routes.Where(route => route.Who is null).Select(route => route.ToString()).ShouldBeEmpty();
        var approved = File.ReadAllLines(ShopRoute.ApprovedFile()).Select(Words).ToArray();
        actual.Select(Words).Except(approved).ShouldBeEmpty($"A route that is new, or that others may call now, is approved by its line in {ShopRoute.ApprovedFile()}.");
        approved.Except(actual.Select(Words)).ShouldBeEmpty($"A route that is no more, or that others may call now, loses its line in {ShopRoute.ApprovedFile()}.");
        ShopRoute.ClosedFilesOf(shop).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_stranger_is_refused_everywhere_that_is_not_for_everybody()
    {
        using var stranger = ClientOf(null);
        var let = new List<string>();
        foreach (var route in routes.Where(route => route.Who != ShopRoute.Everybody))
        {
            using var answer = await CallAsync(stranger, route);
            if (!(route.IsOfSite ? ShowsTheWayToSignIn(answer) : await AsksWhoItIsAsync(answer)))
                let.Add($"{route} answered {(int)answer.StatusCode}");
        }

        let.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_customer_may_call_what_is_for_customers_and_is_refused_what_is_for_operators()
    {
        using var customer = ClientOf(shop.Services.CustomerToken("matrix"));
        var wrong = new List<string>();
        foreach (var route in routes.Where(route => !route.IsOfSite))
        {
            using var answer = await CallAsync(customer, route);
            var isRefused = answer.StatusCode == HttpStatusCode.Forbidden;
            if (isRefused != (route.Who == Policies.Operator) || await AsksWhoItIsAsync(answer))
                wrong.Add($"{route} answered {(int)answer.StatusCode}");
            if (isRefused)
                (await answer.Content.ReadAsStringAsync()).ShouldContain("\"code\":\"not-allowed\"", customMessage: route.ToString());
        }

        wrong.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_operator_may_call_everything_and_everybody_what_is_for_everybody()
    {
        using var anOperator = ClientOf(shop.Services.OperatorToken());
        using var stranger = ClientOf(null);
        var wrong = new List<string>();
        foreach (var route in routes.Where(route => !route.IsOfSite))
        {
            using var answer = await CallAsync(route.Who == ShopRoute.Everybody ? stranger : anOperator, route);
            if (answer.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.InternalServerError || await AsksWhoItIsAsync(answer))
                wrong.Add($"{route} answered {(int)answer.StatusCode}");
        }

        wrong.ShouldBeEmpty();
    }

    [Fact]
    public async Task Somebody_elses_order_is_answered_like_one_that_never_was_on_every_route_with_an_id()
    {
        await fixture.Client.ListProductAsync("MATRIX", 100);
        using var ada = ShopClient.CustomerOf(shop, "matrix-ada");
        using var bob = ShopClient.CustomerOf(shop, "matrix-bob");
        var adas = (await ada.PlaceAsync(new("MATRIX"))).ShouldBe(201).OrderId;
        var bobs = (await bob.PlaceAsync(new("MATRIX"))).ShouldBe(201).OrderId;
        var guests = (await fixture.Client.PlaceAsync(new("MATRIX") { CustomerId = null })).ShouldBe(201).OrderId;
        var withId = routes.Where(route => !route.IsOfSite && route.Who == Policies.Customer && route.Pattern.Parameters.Count > 0).ToArray();
        withId.ShouldNotBeEmpty();

        foreach (var route in withId)
        {
            await NeverWasAsync(ada, route, bobs);
            await NeverWasAsync(bob, route, adas);
            await NeverWasAsync(bob, route, guests);
            // What needs more than an id is refused for what it lacks.
            var own = await SendAsync(ada, route, adas);
            (own.Status is >= 200 and < 300 || (own.Status == 400 && own.Text("code") == "idempotency-key-missing")).ShouldBeTrue($"{route}: {own.Status} {own.Body}");
        }

        // What was refused changed nothing.
        (await fixture.Client.GetAsync($"/orders/{bobs}")).OrderStatus.ShouldBe("confirmed");
        (await fixture.Client.GetAsync($"/orders/{guests}")).OrderStatus.ShouldBe("confirmed");
    }

    /// <summary>However it is aligned.</summary>
    private static string Words(string line) => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    private static async Task NeverWasAsync(ShopClient customer, ShopRoute route, Guid others)
    {
        var unknown = Guid.CreateVersion7();
        var answer = (await SendAsync(customer, route, others)).ShouldBe(404);
        answer.Body.Replace(others.ToString(), unknown.ToString(), StringComparison.Ordinal).ShouldBe((await SendAsync(customer, route, unknown)).ShouldBe(404).Body, route.ToString());
    }

    private static Task<Answer> SendAsync(ShopClient customer, ShopRoute route, Guid orderId) =>
        customer.SendAsync(new(route.Method), route.Fill(_ => orderId.ToString()) + Query);

    private HttpClient ClientOf(string? token)
    {
        var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { BaseAddress = new(shop.Url), Timeout = Patience.Long };
        return token is null ? client : client.SignIn(token);
    }

    private static async Task<HttpResponseMessage> CallAsync(HttpClient client, ShopRoute route)
    {
        var method = route.Method == "ANY" ? HttpMethod.Get : new HttpMethod(route.Method);
        using var request = new HttpRequestMessage(method, route.Fill(_ => null) + Query);
        if (method != HttpMethod.Get)
            request.Content = new StringContent("{}", Encoding.UTF8, "application/json");
        return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    private static async Task<bool> AsksWhoItIsAsync(HttpResponseMessage answer) =>
        answer.StatusCode == HttpStatusCode.Unauthorized && (await answer.Content.ReadAsStringAsync()).Contains("\"code\":\"not-signed-in\"", StringComparison.Ordinal);

    private static bool ShowsTheWayToSignIn(HttpResponseMessage answer) =>
        answer is { StatusCode: HttpStatusCode.Found, Headers.Location.OriginalString: var location } && location.Contains("/account/sign-in", StringComparison.Ordinal);
}
