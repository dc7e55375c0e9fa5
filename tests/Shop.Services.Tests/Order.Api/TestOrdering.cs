using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Shop.Contracts;
using Shop.EventSourcing;
using Shop.Messaging;
using Shop.ServiceDefaults;
using Shop.Tests;

namespace Shop.Ordering.Tests;

/// <summary>What ordering told the world, and what the world answers: a stand-in for the saga.</summary>
public sealed class World
{
    public ConcurrentQueue<object> Messages { get; } = [];

    public Func<OrderPlaced, object?> OnPlaced { get; set; } = _ => null;
}

public sealed class WorldConsumer(World world)
    : IConsumer<OrderPlaced>, IConsumer<OrderCancellationRequested>, IConsumer<OrderConfirmed>, IConsumer<OrderRejected>, IConsumer<OrderCancelled>,
        IConsumer<OrderReturnRequested>, IConsumer<OrderReturnCompleted>
{
    public async Task Consume(ConsumeContext<OrderPlaced> context)
    {
        world.Messages.Enqueue(context.Message);
        if (world.OnPlaced(context.Message) is { } command)
            await context.Send(new Uri($"queue:{Queues.Order}"), command);
    }

    public Task Consume(ConsumeContext<OrderCancellationRequested> context) => Keep(context.Message);

    public Task Consume(ConsumeContext<OrderConfirmed> context) => Keep(context.Message);

    public Task Consume(ConsumeContext<OrderRejected> context) => Keep(context.Message);

    public Task Consume(ConsumeContext<OrderCancelled> context) => Keep(context.Message);

    public Task Consume(ConsumeContext<OrderReturnRequested> context) => Keep(context.Message);

    public Task Consume(ConsumeContext<OrderReturnCompleted> context) => Keep(context.Message);

    private Task Keep(object message)
    {
        world.Messages.Enqueue(message);
        return Task.CompletedTask;
    }
}

/// <summary>Order.Api on a port and a folder of its own, with a catalogue of two products at 250 and 99 pence.</summary>
public sealed class TestOrdering : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly bool keepFolder;

    private TestOrdering(WebApplication app, string folder, bool keepFolder)
    {
        this.app = app;
        this.keepFolder = keepFolder;
        Folder = folder;
        Client = new HttpClient { BaseAddress = new(app.Urls.First()) }.SignIn(app.Services.OperatorToken());
    }

    public string Folder { get; }

    /// <summary>An operator, who may order for any customer.</summary>
    public HttpClient Client { get; }

    /// <summary>A customer with an account of this id.</summary>
    public HttpClient ClientOf(string customerId) => new HttpClient { BaseAddress = Client.BaseAddress }.SignIn(app.Services.CustomerToken(customerId));

    public World World => app.Services.GetRequiredService<World>();

    public EventStore<OrderingModule> Store => app.Services.GetRequiredService<EventStore<OrderingModule>>();

    public Ordering Ordering => app.Services.GetRequiredService<Ordering>();

    /// <param name="connectionString">A PostgreSQL database that several of them may share; null: a file of its own.</param>
    public static async Task<TestOrdering> StartAsync(string? folder = null, bool keepFolder = false, string? connectionString = null)
    {
        folder ??= Directory.CreateTempSubdirectory("shop-ordering-").FullName;
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRouting();
        builder.Configuration.AddInMemoryCollection(
        [
            new("Shop:Data", folder), new("Shop:Store", connectionString is null ? "Sqlite" : "PostgreSql"), new("ConnectionStrings:order", connectionString),
            new("Shop:Keys", Path.Combine(folder, "keys")),
            new("Shop:PersonalData:MasterKey", connectionString is null ? null : "kX0b1m5nq2V8uYt4Zr7cWe3fGh6jLp9s"),
        ]);
        builder.Logging.SetMinimumLevel(LogLevel.Warning).AddConsole();
        builder.AddShopServiceDefaults();
        builder.Services.AddSingleton(new World());
        builder.Services.AddOrdering(builder.Configuration);
        builder.Services.AddShopMessaging(builder.Configuration, bus =>
        {
            bus.AddOrderingConsumers();
            bus.AddServiceEndpoint<OrderingModule>("world", endpoint => endpoint.Consumer<WorldConsumer>());
        });
        var app = builder.Build();
        app.UseShopServiceDefaults();
        app.MapOrdering();
        try
        {
            await app.StartAsync();
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }

        var test = new TestOrdering(app, folder, keepFolder);
        await test.PriceAsync("A", 250, 1);
        await test.PriceAsync("B", 99, 1);
        return test;
    }

    public async Task PriceAsync(string sku, long unitPriceMinor, long revision, string currency = "GBP")
    {
        await SendAsync(new ProductPriced { Sku = sku, Name = sku, UnitPriceMinor = unitPriceMinor, Currency = currency, Revision = revision });
        await Eventually(async () => (await Store.ReadAsync(QuotedProduct.Aggregate, sku)).State is QuotedProduct.Quoted quoted && quoted.Revision >= revision);
    }

    /// <summary>Sends a message to Order.Api's queue.</summary>
    public Task SendAsync<T>(T message) where T : class => Store.ExecuteAsync(async unit =>
    {
        await app.Services.GetRequiredService<IMessageOutbox>().SendAsync(unit, Queues.Order, message);
        return true;
    });

    public Task<HttpResponseMessage> PlaceAsync(string key, object body, string? prefer = null, CancellationToken cancellationToken = default)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/orders") { Content = JsonContent.Create(body) };
        request.Headers.Add("Idempotency-Key", key);
        if (prefer is not null)
            request.Headers.Add("Prefer", prefer);
        return Client.SendAsync(request, cancellationToken);
    }

    /// <summary>Places an order of two A, of which nobody waits for the end.</summary>
    public async Task<Guid> PlacedAsync(string key, string? customerId = null) =>
        OrderIdOf(await JsonAsync(await PlaceAsync(key, Cart(customerId: customerId))));

    public async Task<JsonNode> GetAsync(string path) => await JsonAsync(await Client.GetAsync(new Uri(path, UriKind.Relative)));

    public async Task<long> CountAsync(string type) =>
        (await Store.Engine.ReadLogAsync(0, 10_000, default)).Count(recorded => recorded.Type == type);

    public static object Cart(string sku = "A", long quantity = 2, long? unitPriceMinor = null, string? customerId = null) =>
        new { customerId, paymentMethod = "pm_card_visa", lines = new[] { new { sku, quantity, unitPriceMinor } } };

    public static async Task<JsonNode> JsonAsync(HttpResponseMessage response) => JsonNode.Parse(await response.Content.ReadAsStringAsync())!;

    public static Guid OrderIdOf(JsonNode order) => Guid.Parse((string)order["orderId"]!);

    public static async Task Eventually(Func<Task<bool>> condition)
    {
        for (var i = 0; i < 6_000 && !await condition(); i++)
            await Task.Delay(20);
        (await condition()).ShouldBeTrue("It should have come within two minutes.");
    }

    public Task StopAsync() => app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await app.StopAsync();
        await app.DisposeAsync();
        if (!keepFolder)
            Directory.Delete(Folder, recursive: true);
    }
}
