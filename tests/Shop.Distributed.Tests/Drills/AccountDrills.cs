using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Shop.Distributed.Tests.Running;
using Shop.Tests;

namespace Shop.Distributed.Tests.Drills;

/// <summary>The site in two replicas beside a service, as in Production.</summary>
[Collection(DrillCollection.Name)]
public sealed class AccountDrills(DrillServers servers) : IAsyncLifetime
{
    private const string Email = "zoe@example.com";
    private const string Password = "a cup of oat milk";

    private readonly HttpClient http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromMinutes(1) };
    private readonly string logs = Directory.CreateTempSubdirectory("shop-site-").FullName;
    private Cluster cluster = null!;
    private ServiceProcess[] sites = [];

    public async Task InitializeAsync()
    {
        // Nobody but the order service is asked anything.
        cluster = await Cluster.StartAsync(servers, new() { Replicas = 1, Later = [Service.Inventory, Service.Payment, Service.Saga] });
        var settings = new Dictionary<string, string?>
        {
            ["Shop__Keys"] = cluster.Keys,
            ["ConnectionStrings__accounts"] = await servers.CreateAccountsAsync(),
            ["Shop__Accounts__Operator__Email"] = "boss@example.com",
            ["Shop__Accounts__Operator__Password"] = Password,
            ["Shop__Accounts__SessionCheckSeconds"] = "1",
            ["Storefront__Services__order"] = cluster.ReplicasOf(Service.Order)[0].Url,
        };
        sites = [.. Enumerable.Range(1, 2).Select(replica => new ServiceProcess("Storefront", replica, "/health/ready", logs, settings))];
        // At once, on an empty database.
        await Task.WhenAll(sites.Select(site => site.StartUntilReadyAsync()));
    }

    public async Task DisposeAsync()
    {
        http.Dispose();
        foreach (var site in sites)
            await site.DisposeAsync();
        await cluster.DisposeAsync();
        Directory.Delete(logs, recursive: true);
    }

    [Fact]
    public async Task Who_signs_in_at_one_replica_is_known_to_the_other_and_to_the_services_and_stays_so_when_all_are_killed()
    {
        (await PostAsync(0, "/account/register", new { email = Email, password = Password })).StatusCode.ShouldBe(HttpStatusCode.Created);
        var customer = await TokenAsync(1, Email);
        var boss = await TokenAsync(0, "boss@example.com");
        using var browser = new SiteVisitor(sites[0].Url);
        await browser.SubmitAsync("/account/sign-in", ("Form.Email", Email), ("Form.Password", Password));

        await KnownEverywhereAsync(browser, customer, boss);
        foreach (var site in sites)
        {
            await site.KillAsync();
            await site.StartUntilReadyAsync();
        }

        await KnownEverywhereAsync(browser, customer, boss);
        (await PostAsync(1, "/account/token", new { email = "ada@example.com", password = "Shop-demo-1" })).StatusCode
            .ShouldBe(HttpStatusCode.Unauthorized, "nobody can try out a shop in Production");
    }

    [Fact]
    public async Task Who_was_erased_at_the_order_service_while_no_site_ran_has_no_account_at_any_replica_and_may_come_back()
    {
        using var registered = await PostAsync(0, "/account/register", new { email = Email, password = Password });
        var zoe = (await registered.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("customerId").GetString();
        var boss = await TokenAsync(0, "boss@example.com");
        using var browser = new SiteVisitor(sites[0].Url);
        await browser.SubmitAsync("/account/sign-in", ("Form.Email", Email), ("Form.Password", Password));
        await KnownEverywhereAsync(browser, await TokenAsync(1, Email), boss);
        foreach (var site in sites)
            await site.KillAsync();

        using (var erase = new HttpRequestMessage(HttpMethod.Post, $"{cluster.ReplicasOf(Service.Order)[0].Url}/customers/{zoe}/erase") { Headers = { Authorization = new("Bearer", boss) } })
        {
            erase.Content = JsonContent.Create(new { by = "privacy desk", reason = "asked to be forgotten" });
            using var erased = await http.SendAsync(erase);
            erased.StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        foreach (var site in sites)
            await site.StartUntilReadyAsync();
        foreach (var (index, site) in sites.Index())
        {
            await Eventually.SoAsync(async () => (await PostAsync(index, "/account/token", new { email = Email, password = Password })).StatusCode == HttpStatusCode.Unauthorized, () => "the account is gone");
            browser.MoveTo(site.Url);
            await Eventually.SoAsync(async () => await browser.StatusOfAsync("/account") == HttpStatusCode.Found, () => "the browser is asked to sign in again");
        }

        (await PostAsync(1, "/account/register", new { email = Email, password = Password })).StatusCode.ShouldBe(HttpStatusCode.Created);
        await TokenAsync(0, Email);
    }

    private async Task KnownEverywhereAsync(SiteVisitor browser, string customer, string boss)
    {
        foreach (var site in sites)
        {
            browser.MoveTo(site.Url);
            (await browser.GetAsync("/account")).ShouldContain(Email);
        }

        (await StatusAsync("/orders", customer)).ShouldBe(HttpStatusCode.OK);
        (await StatusAsync("/orders/totals", customer)).ShouldBe(HttpStatusCode.Forbidden);
        (await StatusAsync("/orders/totals", boss)).ShouldBe(HttpStatusCode.OK);
        (await StatusAsync("/orders", "made-up")).ShouldBe(HttpStatusCode.Unauthorized);
    }

    private async Task<HttpStatusCode> StatusAsync(string path, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, cluster.ReplicasOf(Service.Order)[0].Url + path) { Headers = { Authorization = new("Bearer", token) } };
        using var answer = await http.SendAsync(request);
        return answer.StatusCode;
    }

    private async Task<string> TokenAsync(int site, string email)
    {
        using var answer = await PostAsync(site, "/account/token", new { email, password = Password });
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("accessToken").GetString()!;
    }

    private Task<HttpResponseMessage> PostAsync(int site, string path, object body) => http.PostAsJsonAsync(sites[site].Url + path, body);
}
