using System.Collections.Concurrent;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Shop.Contracts;
using Shop.EventSourcing;
using Shop.EventSourcing.Storage;
using Shop.EventSourcing.Storage.Sqlite;
using Shop.Jobs;
using Shop.Messaging;
using Shop.ServiceDefaults;
using Shop.Tests;

namespace Shop.Inventory.Tests;

/// <summary>The system's clock, that a test can put forward.</summary>
public sealed class PushableClock : TimeProvider
{
    private long aheadTicks;

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow().AddTicks(Volatile.Read(ref aheadTicks));

    public void Push(TimeSpan by) => Interlocked.Add(ref aheadTicks, by.Ticks);
}

/// <summary>Keeps what the inventory answers and announces.</summary>
public sealed class Answers
{
    public ConcurrentQueue<object> All { get; } = [];

    public IEnumerable<T> Of<T>() => All.OfType<T>();
}

public sealed class AnswersConsumer(Answers answers) :
    IConsumer<StockReserved>, IConsumer<StockRejected>, IConsumer<StockConfirmed>, IConsumer<StockConfirmationRejected>, IConsumer<StockCancelled>,
    IConsumer<StockReturned>, IConsumer<ProductPriced>
{
    public Task Consume(ConsumeContext<StockReserved> context) => Keep(context.Message);

    public Task Consume(ConsumeContext<StockRejected> context) => Keep(context.Message);

    public Task Consume(ConsumeContext<StockConfirmed> context) => Keep(context.Message);

    public Task Consume(ConsumeContext<StockConfirmationRejected> context) => Keep(context.Message);

    public Task Consume(ConsumeContext<StockCancelled> context) => Keep(context.Message);

    public Task Consume(ConsumeContext<StockReturned> context) => Keep(context.Message);

    public Task Consume(ConsumeContext<ProductPriced> context) => Keep(context.Message);

    private Task Keep(object message)
    {
        answers.All.Enqueue(message);
        return Task.CompletedTask;
    }
}

/// <summary>The whole service: a store of its own, the in-memory bus, HTTP on a free port.</summary>
public sealed class TestInventory : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly string folder;

    private TestInventory(WebApplication app, string folder)
    {
        this.app = app;
        this.folder = folder;
        Http = new HttpClient { BaseAddress = new(app.Urls.Single()) }.SignIn(app.Services.OperatorToken());
    }

    public HttpClient Http { get; }

    public EventStore<InventoryModule> Store => app.Services.GetRequiredService<EventStore<InventoryModule>>();

    public Inventory Inventory => app.Services.GetRequiredService<Inventory>();

    public Answers Answers => app.Services.GetRequiredService<Answers>();

    public PushableClock Clock { get; private init; } = null!;

    /// <param name="jobs">Whether its jobs can be asked for; the tested ones do not run by themselves.</param>
    /// <param name="connectionString">A PostgreSQL database; null: a file of its own.</param>
    public static async Task<TestInventory> StartAsync(bool jobs = false, string? connectionString = null)
    {
        var folder = Directory.CreateTempSubdirectory("shop-inventory-").FullName;
        var clock = new PushableClock();
        var builder = WebApplication.CreateSlimBuilder();
        builder.AddShopServiceDefaults();
        builder.Configuration.AddInMemoryCollection(
        [
            new("Shop:Data", folder), new("Shop:Store", connectionString is null ? "Sqlite" : "PostgreSql"), new("ConnectionStrings:inventory", connectionString),
            new("Shop:Keys", Path.Combine(folder, "keys")), new($"Shop:Jobs:Schedules:{ExpirySweep.Name}", JobSchedule.NeverText),
        ]);
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton<TimeProvider>(clock);
        builder.Services.AddSingleton<Answers>();
        builder.Services.AddInventory(builder.Configuration);
        if (jobs)
            builder.Services.AddShopJobs(builder.Configuration);
        builder.Services.AddShopMessaging(builder.Configuration, bus =>
        {
            bus.AddInventoryConsumers();
            bus.AddServiceEndpoint<InventoryModule>("answers", endpoint => endpoint.Consumer<AnswersConsumer>());
        });
        var app = builder.Build();
        app.UseShopServiceDefaults();
        app.MapInventory();
        await app.StartAsync();
        return new(app, folder) { Clock = clock };
    }

    public static NewProduct Product(string sku, int stock = 10) =>
        new() { Sku = sku, Name = $"Product {sku}", Description = "For tests", UnitPriceMinor = 250, Currency = "GBP", InitialStock = stock };

    /// <summary>Sends commands to the inventory's queue, all in one unit of work.</summary>
    public Task SendAsync<T>(params T[] messages) where T : class => Store.ExecuteAsync(async unit =>
    {
        foreach (var message in messages)
            await app.Services.GetRequiredService<IMessageOutbox>().SendAsync(unit, Queues.Inventory, message);
        return true;
    });

    public Task ReserveAsync(Guid order, string sku, int quantity, int leaseSeconds = 600) => SendAsync(Reserve(order, sku, quantity, leaseSeconds));

    public static ReserveStock Reserve(Guid order, string sku, int quantity, int leaseSeconds = 600) =>
        new() { OrderId = order, Lines = [new() { Sku = sku, Quantity = quantity }], LeaseSeconds = leaseSeconds };

    public async Task<T> AnswerAsync<T>(Func<T, bool>? which = null)
    {
        await Eventually(() => Answers.Of<T>().Any(answer => which?.Invoke(answer) ?? true), typeof(T).Name);
        return Answers.Of<T>().Last(answer => which?.Invoke(answer) ?? true);
    }

    public static Task Eventually(Func<bool> condition, string what) => Eventually(() => Task.FromResult(condition()), what);

    public static async Task Eventually(Func<Task<bool>> condition, string what)
    {
        for (var i = 0; i < 6_000 && !await condition(); i++)
            await Task.Delay(20);
        (await condition()).ShouldBeTrue($"{what} should have come within two minutes");
    }

    /// <summary>A second process on the same SQLite file, with memory of its own.</summary>
    public async Task<EventStore<InventoryModule>> OpenAgainAsync()
    {
        var store = new EventStore<InventoryModule>(
            "inventory", new SqliteEngine(Path.Combine(folder, "inventory.db"), InventoryRegistration.Store.Tables), InventoryRegistration.Store.InlineProjections, Clock);
        await store.OpenAsync(SchemaScript.FromAssembly(InventoryRegistration.Store.Schema, "Sqlite"), default);
        return store;
    }

    public async Task<StockItem> StockAsync(string sku) => (await Store.ReadAsync(StockItem.Aggregate, sku)).State;

    public async Task<Reservation> ReservationAsync(Guid order) => (await Store.ReadAsync(Reservation.Aggregate, order)).State;

    public async Task<IReadOnlyList<OutboxMessage>> ScheduledAsync() =>
        [.. (await Store.Engine.ReadOutboxAsync(1_000, default)).Where(message => message.DueAt is not null)];

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await app.StopAsync();
        await app.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}
