using System.Net;
using Shop.Host.Tests.EndToEnd;
using Shop.ServiceDefaults.Security;
using Shop.Storefront.Accounts;
using Shop.Tests;

namespace Shop.Host.Tests.Security;

/// <summary>Opening an account and signing in, by HTTP and on the site.</summary>
public sealed class AccountTests(ShopFixture fixture) : IClassFixture<ShopFixture>
{
    private readonly ShopApplication shop = fixture.Shop.Application;

    [Fact]
    public async Task Who_opens_an_account_gets_a_token_and_orders_as_themselves()
    {
        await fixture.Client.ListProductAsync("ACCOUNT", 100);
        using var stranger = new ShopClient(shop.Url, token: null);
        var registered = (await stranger.PostAsync("/account/register", new { email = "Zoe@Example.com", password = "a cup of oat milk", displayName = "Zoe" })).ShouldBe(201);

        var answer = (await TokenAsync(stranger, "zoe@example.com", "a cup of oat milk")).ShouldBe(200);

        (answer.Text("tokenType"), answer["expiresInSeconds"].GetInt64()).ShouldBe(("Bearer", 3_600));
        using var zoe = new ShopClient(shop.Url, answer.Text("accessToken"));
        (await zoe.PlaceAsync(new Purchase("ACCOUNT") { CustomerId = null })).ShouldBe(201).Text("customerId").ShouldBe(registered.Text("customerId"));
        (await zoe.GetAsync("/sagas")).ShouldBe(403);
    }

    [Theory]
    [InlineData("taken@example.com", "a cup of oat milk", 409, "email-taken", "email")]
    [InlineData("TAKEN@example.COM", "a cup of oat milk", 409, "email-taken", "email")]
    [InlineData("new@example.com", "short", 422, "invalid-account", "password")]
    [InlineData("new@example.com", "aaaaaaaaaaaaaa", 422, "invalid-account", "password")]
    [InlineData("not-an-address", "a cup of oat milk", 422, "invalid-account", "email")]
    [InlineData(null, "a cup of oat milk", 422, "invalid-account", "email")]
    public async Task What_cannot_be_an_account_is_refused_with_the_field(string? email, string password, int status, string code, string field)
    {
        using var stranger = new ShopClient(shop.Url, token: null);
        await stranger.PostAsync("/account/register", new { email = "taken@example.com", password = "a cup of oat milk" });

        (await stranger.PostAsync("/account/register", new { email, password })).ShouldBeProblem(status, code, field);
    }

    [Fact]
    public async Task After_five_failures_the_right_password_is_refused_too_and_nothing_tells_whether_the_account_exists()
    {
        using var stranger = new ShopClient(shop.Url, token: null);
        (await stranger.PostAsync("/account/register", new { email = "locked@example.com", password = "a cup of oat milk" })).ShouldBe(201);
        (await TokenAsync(stranger, "locked@example.com", "a cup of oat milk")).ShouldBe(200);
        var unknown = (await TokenAsync(stranger, "unknown@example.com", "a cup of oat milk")).ShouldBe(401);
        unknown.Text("code").ShouldBe("sign-in-failed");
        for (var failure = 0; failure < 5; failure++)
            (await TokenAsync(stranger, "locked@example.com", "wrong")).ShouldBe(401).Body.ShouldBe(unknown.Body);

        (await TokenAsync(stranger, "locked@example.com", "a cup of oat milk")).ShouldBe(401).Body.ShouldBe(unknown.Body);
    }

    [Fact]
    public async Task The_demo_accounts_are_a_customer_and_an_operator()
    {
        using var stranger = new ShopClient(shop.Url, token: null);
        foreach (var (account, status) in new[] { (DemoAccounts.Customer, 403), (DemoAccounts.Operator, 200) })
        {
            using var client = new ShopClient(shop.Url, (await TokenAsync(stranger, account.Email, DemoAccounts.Password)).ShouldBe(200).Text("accessToken"));
            (await client.GetAsync("/sagas")).ShouldBe(status);
        }
    }

    [Fact]
    public async Task Without_demo_accounts_there_is_the_operator_of_the_settings_only()
    {
        await using var shop = await RunningShop.StartAsync(
            (DemoAccounts.Setting, "false"), ("Shop:Accounts:Operator:Email", "boss@example.com"), ("Shop:Accounts:Operator:Password", "seven green bottles"));
        using var stranger = new ShopClient(shop.Application.Url, token: null);

        (await TokenAsync(stranger, DemoAccounts.Operator.Email, DemoAccounts.Password)).ShouldBe(401);
        (await stranger.PostAsync("/account/register", new { email = DemoAccounts.Operator.Email, password = DemoAccounts.Password })).ShouldBe(409);
        using var boss = new ShopClient(shop.Application.Url, (await TokenAsync(stranger, "boss@example.com", "seven green bottles")).ShouldBe(200).Text("accessToken"));
        (await boss.GetAsync("/sagas")).ShouldBe(200);
    }

    [Fact]
    public async Task The_operator_of_the_settings_is_found_again_and_a_customer_does_not_become_one()
    {
        using var folder = new TempFolder();
        await using (var first = await StartWithOperatorAsync(folder, "boss@example.com"))
        {
            using var stranger = new ShopClient(first.Url, token: null);
            (await stranger.PostAsync("/account/register", new { email = "zoe@example.com", password = "a cup of oat milk" })).ShouldBe(201);
        }

        await using (var again = await StartWithOperatorAsync(folder, "Boss@Example.com"))
        {
            using var stranger = new ShopClient(again.Url, token: null);
            (await TokenAsync(stranger, "boss@example.com", "seven green bottles")).ShouldBe(200);
        }

        (await Should.ThrowAsync<StartException>(() => StartWithOperatorAsync(folder, "Zoe@Example.com"))).Message
            .ShouldBe("The account Zoe@Example.com is to have the role operator, but has the role customer. Name another address in Shop:Accounts:Operator:Email.");
    }

    [Fact]
    public async Task An_operators_address_does_not_become_the_demo_customers()
    {
        using var folder = new TempFolder();
        await using (await StartWithOperatorAsync(folder, DemoAccounts.Customer.Email, demo: false))
        {
        }

        (await Should.ThrowAsync<StartException>(() => StartWithOperatorAsync(folder, "boss@example.com"))).Message
            .ShouldBe("The account ada@example.com is to have the role customer, but has the role operator. Set Shop:Accounts:Demo to false.");
    }

    [Fact]
    public async Task Passwords_are_tried_so_often_from_one_address_and_then_no_more_for_a_while()
    {
        await using var shop = await RunningShop.StartAsync(($"{RateLimits.Section}:{nameof(RateLimits.SignInsPerMinute)}", "3"));
        using var stranger = new ShopClient(shop.Application.Url, token: null);
        for (var number = 0; number < 3; number++)
            (await TokenAsync(stranger, "nobody@example.com", "wrong")).ShouldBe(401);

        (await TokenAsync(stranger, "nobody@example.com", "wrong")).ShouldBe(429).Text("code").ShouldBe("too-many-requests");
    }

    [Fact]
    public async Task The_site_is_signed_in_to_by_a_form_with_an_antiforgery_token_and_its_cookie_says_nothing_to_the_services()
    {
        using var browser = new SiteVisitor(shop.Url);
        (await browser.PostAsync("/account/sign-in", ("_handler", "sign-in"), ("Form.Email", DemoAccounts.Operator.Email), ("Form.Password", DemoAccounts.Password))).StatusCode
            .ShouldBe(HttpStatusCode.BadRequest, "without a token");
        var (status, wrong) = await browser.SubmitAsync("/account/sign-in", ("Form.Email", DemoAccounts.Operator.Email), ("Form.Password", "wrong"));
        (status, wrong).ShouldBe((HttpStatusCode.OK, null));

        (await browser.SubmitAsync("/account/sign-in?back=/account", ("Form.Email", DemoAccounts.Operator.Email), ("Form.Password", DemoAccounts.Password)))
            .ShouldBe((HttpStatusCode.Found, "/account"));

        browser.SetCookie.ShouldContain("shop-account=");
        browser.SetCookie.ShouldContain("httponly");
        browser.SetCookie.ShouldContain("samesite=lax");
        (await browser.GetAsync("/account")).ShouldContain(DemoAccounts.Operator.Email);
        (await browser.StatusOfAsync("/sagas")).ShouldBe(HttpStatusCode.Unauthorized);
        (await browser.SubmitAsync("/account", "/account/sign-out")).ShouldBe((HttpStatusCode.Found, "/"));
        (await browser.StatusOfAsync("/account")).ShouldBe(HttpStatusCode.Found, "it is asked to sign in again");
    }

    [Theory]
    [InlineData("https://elsewhere.example/")]
    [InlineData("//elsewhere.example/")]
    [InlineData("/\\elsewhere.example/")]
    public async Task After_signing_in_nobody_is_sent_to_another_site(string back)
    {
        using var browser = new SiteVisitor(shop.Url);

        (await browser.SubmitAsync($"/account/sign-in?back={Uri.EscapeDataString(back)}", ("Form.Email", DemoAccounts.Customer.Email), ("Form.Password", DemoAccounts.Password)))
            .ShouldBe((HttpStatusCode.Found, "/"));
    }

    [Fact]
    public async Task A_session_survives_a_restart()
    {
        await using var shop = await RunningShop.StartAsync();
        using var browser = new SiteVisitor(shop.Application.Url);
        await browser.SubmitAsync("/account/sign-in", ("Form.Email", DemoAccounts.Customer.Email), ("Form.Password", DemoAccounts.Password));
        await shop.RestartAsync();
        browser.MoveTo(shop.Application.Url);

        (await browser.GetAsync("/account")).ShouldContain(DemoAccounts.Customer.Email);
    }

    [Fact]
    public async Task Answers_tell_browsers_to_run_our_scripts_only_and_in_nobodys_frame()
    {
        using var client = new HttpClient();
        foreach (var path in new[] { "/", "/products", "/account/sign-in" })
        {
            using var answer = await client.GetAsync(shop.Url + path);
            answer.StatusCode.ShouldBe(HttpStatusCode.OK, path);
            var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
            policy.ShouldContain("script-src 'self';");
            policy.ShouldContain("frame-ancestors 'none'");
            policy.ShouldNotContain("http");
            answer.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
            answer.Headers.GetValues("Referrer-Policy").ShouldBe(["same-origin"]);
        }
    }

    private static Task<ShopApplication> StartWithOperatorAsync(TempFolder folder, string email, bool demo = true) =>
        ShopApplication.StartAsync(new("http://127.0.0.1:0", folder.Path, Seed: false, new Dictionary<string, string?>
        {
            [DemoAccounts.Setting] = $"{demo}",
            ["Shop:Accounts:Operator:Email"] = email,
            ["Shop:Accounts:Operator:Password"] = "seven green bottles",
        }));

    private static Task<Answer> TokenAsync(ShopClient client, string email, string password) => client.PostAsync("/account/token", new { email, password });
}
