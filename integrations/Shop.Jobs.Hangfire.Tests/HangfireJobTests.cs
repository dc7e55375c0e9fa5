using System.Net;
using Shop.EventSourcing.Tests.Storage.PostgreSql;
using Shop.Jobs.Tests;
using Shop.Messaging;
using Shop.ServiceDefaults.Security;
using Shop.Tests;

namespace Shop.Jobs.Hangfire.Tests;

/// <summary>All that holds of jobs, with Hangfire for a scheduler.</summary>
[Collection(PostgresCollection.Name)]
public sealed class HangfireJobTests(PostgresServer server) : PostgreSqlJobContract(server)
{
    private const string Scheduler = "Shop:Jobs:Scheduler";

    protected override async Task<Dictionary<string, string?>> SettingsAsync() => new(await base.SettingsAsync()) { [Scheduler] = "Hangfire" };

    [Fact]
    public async Task The_jobs_say_that_Hangfire_fires_them()
    {
        await using var host = await JobHost.StartAsync(await SettingsAsync());

        (await host.GetAsync("/jobs")).EnumerateArray().Select(job => job.Text("scheduler")).Distinct().ShouldBe(["Hangfire"]);
    }

    [Fact]
    public async Task The_dashboard_refuses_strangers_and_customers_also_on_localhost_and_behind_a_proxy_and_shows_operators_the_history()
    {
        await using var host = await JobHost.StartAsync(await SettingsAsync(), TestJobs.Define("counting", (_, _) => Task.CompletedTask));
        await host.RunToEndAsync("counting");
        using var stranger = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = host.Http.BaseAddress };
        using var proxied = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = host.Http.BaseAddress };
        foreach (var (name, value) in (ReadOnlySpan<(string, string)>)[("X-Forwarded-For", "127.0.0.1"), ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "localhost")])
            proxied.DefaultRequestHeaders.Add(name, value);
        using var customer = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = host.Http.BaseAddress }.SignIn(host.Services.CustomerToken("somebody"));

        foreach (var page in (string[])["/hangfire", "/hangfire/", "/hangfire/recurring", "/hangfire/jobs/succeeded", "/hangfire/stats"])
        {
            (await stranger.GetAsync(page)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized, page);
            (await proxied.GetAsync(page)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized, page);
            (await customer.GetAsync(page)).StatusCode.ShouldBe(HttpStatusCode.Forbidden, page);
        }

        (await host.Http.GetStringAsync("/hangfire/recurring")).ShouldContain("inventory-cleanup");
        await Eventually.SoAsync(async () => (await host.Http.GetStringAsync("/hangfire/jobs/succeeded")).Contains("counting", StringComparison.Ordinal), "the run is in the dashboard");
        (await host.Http.PostAsync("/hangfire/recurring/trigger", new FormUrlEncodedContent([new("jobs[]", "inventory-cleanup")]))).IsSuccessStatusCode.ShouldBeFalse();
        (await host.RunsAsync("inventory-cleanup")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_run_that_failed_is_shown_as_failed_and_is_not_repeated()
    {
        var times = 0;
        await using var host = await JobHost.StartAsync(await SettingsAsync(), TestJobs.Define("breaking", (_, _) =>
        {
            Interlocked.Increment(ref times);
            throw new InvalidOperationException("The disk is full.");
        }));

        (await host.RunToEndAsync("breaking")).Text("outcome").ShouldBe("failed");

        await Eventually.SoAsync(async () => (await host.Http.GetStringAsync("/hangfire/jobs/failed")).Contains("The disk is full.", StringComparison.Ordinal), "the failure is in the dashboard");
        times.ShouldBe(1);
    }

    [Fact]
    public async Task In_an_embedded_shop_it_says_what_it_needs()
    {
        var error = await Should.ThrowAsync<StartupException>(() => JobHost.StartAsync(new Dictionary<string, string?>
        {
            ["Shop:Data"] = Path.Combine(Folder, "data"),
            [KeyFolder.Setting] = Path.Combine(Folder, "keys"),
            [Scheduler] = "Hangfire",
        }));

        error.Message.ShouldContain("Shop:Store");
    }
}
