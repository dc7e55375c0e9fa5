using System.Collections.Concurrent;
using System.Text.Json.Serialization;
using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Shop.EventSourcing;
using Shop.EventSourcing.Storage.Sqlite;
using Shop.Messaging.Tests.Sagas;

namespace Shop.Messaging.Tests;

public sealed class TestModule;

public sealed record Ping
{
    public required Guid Id { get; init; }

    public string Through { get; init; } = "";
}

public sealed record Pong
{
    public required Guid Id { get; init; }
}

public abstract record NoteEvent
{
    public sealed record Taken(string Text) : NoteEvent;
}

public sealed record Notes(int Count)
{
    public static readonly Aggregate<Notes, NoteEvent> Aggregate = new(
        "notes", new(0), (notes, _) => new(notes.Count + 1), new EventTypes().Add("note-taken.v1", NoteJson.Default.Taken));
}

[JsonSerializable(typeof(NoteEvent.Taken))]
internal sealed partial class NoteJson : JsonSerializerContext;

/// <summary>What the consumers of a test saw and how they are to behave.</summary>
public sealed class Probe
{
    public ConcurrentQueue<Guid> Pongs { get; } = [];

    public ConcurrentQueue<Guid> Pings { get; } = [];

    public Func<ConsumeContext<Ping>, IServiceProvider, Task> OnPing { get; set; } = (_, _) => Task.CompletedTask;
}

public sealed class PingConsumer(Probe probe, IServiceProvider provider) : IConsumer<Ping>
{
    public async Task Consume(ConsumeContext<Ping> context)
    {
        await probe.OnPing(context, provider);
        probe.Pings.Enqueue(context.Message.Id);
    }
}

public sealed class PongConsumer(Probe probe) : IConsumer<Pong>
{
    public Task Consume(ConsumeContext<Pong> context)
    {
        probe.Pongs.Enqueue(context.Message.Id);
        return Task.CompletedTask;
    }
}

/// <summary>A store and a bus in one process, on a folder of its own.</summary>
public sealed class TestShop : IAsyncDisposable
{
    public const string PingQueue = "pings";
    public const string PongQueue = "pongs";

    private readonly IHost host;
    private readonly bool keepFolder;

    private TestShop(IHost host, string folder, bool keepFolder)
    {
        this.host = host;
        Folder = folder;
        this.keepFolder = keepFolder;
    }

    public string Folder { get; }

    public IServiceProvider Services => host.Services;

    public Probe Probe => Services.GetRequiredService<Probe>();

    public EventStore<TestModule> Store => Services.GetRequiredService<EventStore<TestModule>>();

    public IMessageOutbox Outbox => Services.GetRequiredService<IMessageOutbox>();

    public static async Task<TestShop> StartAsync(
        string? folder = null, bool keepFolder = false, Action<IBusRegistrationConfigurator>? more = null, Action<Probe>? arrange = null,
        Action<IServiceCollection>? services = null)
    {
        folder ??= Directory.CreateTempSubdirectory("shop-messaging-").FullName;
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Configuration.AddInMemoryCollection([new("Shop:Data", folder)]);
        builder.Logging.SetMinimumLevel(LogLevel.Warning).AddConsole();
        var probe = new Probe();
        arrange?.Invoke(probe);
        builder.Services.AddSingleton(probe);
        services?.Invoke(builder.Services);
        builder.Services.AddStore<TestModule>(builder.Configuration, new() { Name = "test", Schema = typeof(TestShop).Assembly, InlineProjections = [CounterSaga.Row] });
        builder.Services.AddShopMessaging(builder.Configuration, bus =>
        {
            bus.AddServiceEndpoint<TestModule>(PingQueue, endpoint => endpoint.Consumer<PingConsumer>());
            bus.AddServiceEndpoint<TestModule>(PongQueue, endpoint => endpoint.Consumer<PongConsumer>());
            more?.Invoke(bus);
        });
        var host = builder.Build();
        await host.StartAsync();
        return new(host, folder, keepFolder);
    }

    /// <summary>Ends it as a killed process ends: from one moment on nothing is written any more, whatever is under way.</summary>
    /// <param name="afterwards">Lets the handlers that hang go on, so that the rest of it can be cleaned away.</param>
    public async Task KillAsync(Action afterwards)
    {
        await Store.DisposeAsync();
        afterwards();
        await ((IAsyncDisposable)host).DisposeAsync();
    }

    /// <summary>A store on the same database, as another process would have.</summary>
    public async Task<EventStore> OpenOtherStoreAsync()
    {
        var other = new EventStore("other", new SqliteEngine(Path.Combine(Folder, "test.db"), [CounterRow.Table]), [], TimeProvider.System);
        await other.OpenAsync([], default);
        return other;
    }

    /// <summary>Publishes from outside a handler, through the outbox.</summary>
    public Task PublishAsync<T>(T message) where T : class => Store.ExecuteAsync(async unit =>
    {
        await Outbox.PublishAsync(unit, message);
        return true;
    });

    public static async Task Eventually(Func<bool> condition, string what)
    {
        for (var i = 0; i < 6_000; i++)
        {
            if (condition())
                return;
            await Task.Delay(20);
        }

        condition().ShouldBeTrue(what);
    }

    public async Task OutboxIsEmptyAsync()
    {
        for (var i = 0; i < 6_000 && (await Store.Engine.ReadOutboxAsync(10, default)).Count > 0; i++)
            await Task.Delay(20);
        (await Store.Engine.ReadOutboxAsync(10, default)).ShouldBeEmpty();
    }

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync();
        if (host is IAsyncDisposable disposable)
            await disposable.DisposeAsync();
        if (!keepFolder)
            Directory.Delete(Folder, recursive: true);
    }
}
