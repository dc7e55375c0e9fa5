using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Shop.Inventory;
using Shop.Messaging;
using Shop.ServiceDefaults;
using Shop.Tests;

namespace Shop.Jobs.Tests;

/// <summary>A service with the jobs of a test, over HTTP on a free port.</summary>
internal sealed class JobHost : IAsyncDisposable
{
    private readonly WebApplication app;

    private JobHost(WebApplication app)
    {
        this.app = app;
        Token = app.Services.OperatorToken();
        Http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new(app.Urls.Single()), Timeout = TimeSpan.FromMinutes(2) }.SignIn(Token);
    }

    public HttpClient Http { get; }

    /// <summary>An operator's, for this process.</summary>
    public string Token { get; }

    public IServiceProvider Services => app.Services;

    /// <param name="settings">Where its store is, and whatever else a test wants.</param>
    public static async Task<JobHost> StartAsync(IReadOnlyDictionary<string, string?> settings, params JobDefinition[] jobs)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.AddShopServiceDefaults();
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        foreach (var job in jobs)
            builder.Services.AddJob(_ => job);
        builder.Services.AddInventory(builder.Configuration);
        builder.Services.AddShopJobs(builder.Configuration);
        builder.Services.AddShopMessaging(builder.Configuration, bus => bus.AddInventoryConsumers());
        var app = builder.Build();
        app.UseShopServiceDefaults();
        app.MapInventory();
        await app.StartAsync();
        return new(app);
    }

    public Task<JsonElement> GetAsync(string path) => Http.GetFromJsonAsync<JsonElement>(path);

    public async Task<(int Status, JsonElement Body)> PostAsync(string path, object? body = null)
    {
        using var response = await Http.PostAsJsonAsync(path, body ?? new { reason = "for the test" });
        var text = await response.Content.ReadAsStringAsync();
        return ((int)response.StatusCode, text.Length > 0 ? JsonElement.Parse(text) : default);
    }

    /// <summary>Asks for a run.</summary>
    public async Task<Guid> TriggerAsync(string job)
    {
        var (status, run) = await PostAsync($"/jobs/{job}/trigger");
        status.ShouldBe(202, run.ToString());
        return run.GetProperty("id").GetGuid();
    }

    public async Task<JsonElement> RunToEndAsync(string job) => await EndAsync(await TriggerAsync(job));

    /// <summary>The run once it is over.</summary>
    public async Task<JsonElement> EndAsync(Guid run)
    {
        JsonElement found = default;
        await Eventually.SoAsync(async () => (found = await GetAsync($"/jobs/runs/{run}")).TryGetProperty("endedAt", out _), $"run {run} is over");
        return found;
    }

    public async Task<JsonElement> JobAsync(string name) =>
        (await GetAsync("/jobs")).EnumerateArray().Single(job => job.GetProperty("name").GetString() == name);

    public async Task<JsonElement[]> RunsAsync(string job, string query = "") =>
        [.. (await GetAsync($"/jobs/{job}/runs?{query}")).GetProperty("items").EnumerateArray()];

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await app.StopAsync();
        await app.DisposeAsync();
    }
}

internal static class Eventually
{
    /// <summary>Ends a test that hangs; measures nothing.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    public static async Task SoAsync(Func<Task<bool>> isSo, string what)
    {
        for (var started = TimeProvider.System.GetTimestamp(); !await isSo();)
        {
            if (TimeProvider.System.GetElapsedTime(started) > Patience)
                throw new TimeoutException($"It should have come to this: {what}.");
            await Task.Delay(30);
        }
    }

    public static Task SoAsync(Func<bool> isSo, string what) => SoAsync(() => Task.FromResult(isSo()), what);
}

internal static class RunReading
{
    public static string? Text(this JsonElement element, string property) => element.TryGetProperty(property, out var value) ? value.GetString() : null;
}
