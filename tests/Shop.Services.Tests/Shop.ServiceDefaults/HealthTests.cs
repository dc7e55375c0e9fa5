using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Shop.EventSourcing.Tests.Storage.PostgreSql;
using Shop.Inventory;
using Shop.Messaging;

namespace Shop.ServiceDefaults.Tests;

public sealed class HealthTests
{
    [Fact]
    public async Task A_service_whose_database_is_away_lives_and_is_not_ready()
    {
        var server = new PostgresServer();
        await server.InitializeAsync();
        var isThere = true;
        try
        {
            await using var service = await RunningService.StartAsync(
                ("Shop:Store", "PostgreSql"), ("ConnectionStrings:inventory", $"{await server.CreateDatabaseAsync()};Timeout=2"));
            (await service.GetAsync("/health/ready")).ShouldBe((HttpStatusCode.OK, "healthy"));

            await server.DisposeAsync();
            isThere = false;
            // What is known of a database serves for two seconds.
            var (status, word) = await service.UntilAsync("/health/ready", answer => answer.Status != HttpStatusCode.OK);

            (status, word).ShouldBe((HttpStatusCode.ServiceUnavailable, "unhealthy"));
            service.Check("store inventory").GetProperty("description").GetString().ShouldStartWith("The database of inventory does not answer: ");
            (await service.GetAsync("/health/live")).ShouldBe((HttpStatusCode.OK, "healthy"));
        }
        finally
        {
            if (isThere)
                await server.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_service_that_is_late_is_degraded_and_still_ready()
    {
        // Whatever the age, it is more than allowed.
        await using var service = await RunningService.StartAsync(("Shop:Health:OutboxAge", "-00:00:01"));

        (await service.GetAsync("/health/ready")).ShouldBe((HttpStatusCode.OK, "degraded"));

        var store = service.Check("store inventory");
        store.GetProperty("status").GetString().ShouldBe("degraded");
        store.GetProperty("description").GetString().ShouldBe("0 messages wait to be sent, the oldest for 0 s.");
        store.GetProperty("durationMs").GetDouble().ShouldBeGreaterThanOrEqualTo(0);
        store.GetProperty("data").GetProperty("parkedMessages").GetInt64().ShouldBe(0);
        service.Check("broker").GetProperty("status").GetString().ShouldBe("healthy");
    }

    [Fact]
    public async Task No_proxy_may_keep_an_answer()
    {
        await using var service = await RunningService.StartAsync();

        using var response = await service.Http.GetAsync(new Uri("/health/live", UriKind.Relative));

        response.Headers.CacheControl!.NoStore.ShouldBeTrue();
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
    }

    /// <summary>The inventory, as an example of a service.</summary>
    private sealed class RunningService : IAsyncDisposable
    {
        private readonly WebApplication app;
        private readonly string folder;
        private JsonElement checks;

        private RunningService(WebApplication app, string folder)
        {
            this.app = app;
            this.folder = folder;
            Http = new() { BaseAddress = new(app.Urls.Single()) };
        }

        public HttpClient Http { get; }

        public static async Task<RunningService> StartAsync(params (string Key, string Value)[] settings)
        {
            var folder = Directory.CreateTempSubdirectory("shop-health-").FullName;
            var builder = WebApplication.CreateEmptyBuilder(new());
            builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
            builder.Services.AddRouting();
            builder.Configuration.AddInMemoryCollection([new("Shop:Data", folder), new("Shop:Keys", Path.Combine(folder, "keys"))]);
            builder.Configuration.AddInMemoryCollection(settings.ToDictionary(setting => setting.Key, setting => (string?)setting.Value));
            builder.Logging.SetMinimumLevel(LogLevel.None);
            builder.AddShopServiceDefaults();
            builder.Services.AddInventory(builder.Configuration);
            builder.Services.AddShopMessaging(builder.Configuration, bus => bus.AddInventoryConsumers());
            var app = builder.Build();
            app.UseShopServiceDefaults();
            await app.StartAsync();
            return new(app, folder);
        }

        public async Task<(HttpStatusCode Status, string? Word)> GetAsync(string path)
        {
            using var response = await Http.GetAsync(new Uri(path, UriKind.Relative));
            var body = JsonElement.Parse(await response.Content.ReadAsStringAsync());
            checks = body.GetProperty("checks");
            return (response.StatusCode, body.GetProperty("status").GetString());
        }

        public async Task<(HttpStatusCode Status, string? Word)> UntilAsync(string path, Func<(HttpStatusCode Status, string? Word), bool> condition)
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
            while (true)
            {
                var answer = await GetAsync(path);
                if (condition(answer))
                    return answer;
                await Task.Delay(100, limit.Token);
            }
        }

        public JsonElement Check(string name) => checks.GetProperty(name);

        public async ValueTask DisposeAsync()
        {
            Http.Dispose();
            await app.DisposeAsync();
            Directory.Delete(folder, recursive: true);
        }
    }
}
