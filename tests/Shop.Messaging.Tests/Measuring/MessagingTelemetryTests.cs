using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Shop.EventSourcing;
using Shop.Messaging.Measuring;

namespace Shop.Messaging.Tests.Measuring;

/// <summary>A message about an order, as the shop's are.</summary>
public sealed record PingOrder
{
    public required Guid OrderId { get; init; }
}

public sealed partial class PingOrderConsumer(ILogger<PingOrderConsumer> logger) : IConsumer<PingOrder>
{
    public Task Consume(ConsumeContext<PingOrder> context)
    {
        LogHandled();
        return Task.CompletedTask;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Pinged.")]
    private partial void LogHandled();
}

public sealed class MessagingTelemetryTests
{
    private readonly ConcurrentQueue<string> measured = [];

    [Fact]
    public async Task Handlings_are_measured_by_endpoint_message_and_outcome_and_so_are_retries()
    {
        var conflicts = 1;
        await using var shop = await TestShop.StartAsync(arrange: probe => probe.OnPing = (context, _) => context.Message.Through switch
        {
            "conflict" when Interlocked.Decrement(ref conflicts) == 0 => throw new ConcurrencyConflictException("moved on"),
            "failure" => throw new InvalidOperationException("broken on purpose"),
            _ => Task.CompletedTask,
        });
        using var listener = Listen(shop.Services.GetRequiredService<IMeterFactory>());
        var bus = shop.Services.GetRequiredService<IBus>();
        var repeated = Guid.CreateVersion7();

        await shop.PublishAsync(new Ping { Id = Guid.CreateVersion7(), Through = "conflict" });
        await shop.PublishAsync(new Ping { Id = Guid.CreateVersion7(), Through = "failure" });
        await bus.Publish(new Ping { Id = repeated }, context => context.MessageId = repeated);
        await TestShop.Eventually(() => shop.Store.Counters.Messages >= 2, "two were handled");
        await bus.Publish(new Ping { Id = repeated }, context => context.MessageId = repeated);
        await shop.OutboxIsEmptyAsync();
        await TestShop.Eventually(() => measured.Count(name => name.StartsWith("shop.handler.duration", StringComparison.Ordinal)) == 4, "all four were measured");

        measured.Order().ShouldBe(new[]
        {
            "shop.handler.duration pings Ping handled", "shop.handler.duration pings Ping handled", "shop.handler.duration pings Ping duplicate",
            "shop.handler.duration pings Ping failed", "shop.handler.retries pings Ping conflict", "shop.handler.retries pings Ping failure",
            "shop.handler.retries pings Ping failure", "shop.handler.retries pings Ping failure",
        }.Order());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_handlers_log_lines_name_the_order_if_the_log_shows_it(bool scopes)
    {
        var log = new ScopedLog();
        await using var shop = await TestShop.StartAsync(more: bus =>
        {
            bus.AddSingleton<ILoggerProvider>(log);
            bus.Configure<MessageLogOptions>(options => options.Scopes = scopes);
            bus.AddServiceEndpoint<TestModule>("ping-orders", endpoint => endpoint.Consumer<PingOrderConsumer>());
        });
        var orderId = Guid.CreateVersion7();

        await shop.PublishAsync(new PingOrder { OrderId = orderId });

        await TestShop.Eventually(() => log.Lines.Any(line => line.Message == "Pinged."), "it was handled");
        log.Lines.Single(line => line.Message == "Pinged.").OrderId.ShouldBe(scopes ? orderId : null);
    }

    [Fact]
    public async Task The_log_line_of_a_parked_message_names_the_order()
    {
        var log = new ScopedLog();
        await using var shop = await TestShop.StartAsync(more: bus => bus.AddSingleton<ILoggerProvider>(log));
        var orderId = Guid.CreateVersion7();

        await shop.Store.ExecuteAsync(async unit =>
        {
            await shop.Outbox.SendAsync(unit, TestShop.PingQueue, new PingOrder { OrderId = orderId });
            return true;
        });

        await TestShop.Eventually(() => log.Lines.Any(line => line.Message.StartsWith("Parked", StringComparison.Ordinal)), "it was parked");
        log.Lines.Single(line => line.Message.StartsWith("Parked", StringComparison.Ordinal)).OrderId.ShouldBe(orderId);
    }

    private MeterListener Listen(IMeterFactory meters)
    {
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listening) =>
            {
                if (instrument.Meter.Scope == meters && instrument.Name.StartsWith("shop.handler.", StringComparison.Ordinal))
                    listening.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) => Note(instrument, tags));
        listener.SetMeasurementEventCallback<long>((instrument, _, tags, _) => Note(instrument, tags));
        listener.Start();
        return listener;
    }

    private void Note(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var text = instrument.Name;
        foreach (var (_, value) in tags)
            text += $" {value}";
        measured.Enqueue(text);
    }

    /// <summary>Keeps log lines with the order of their scopes.</summary>
    private sealed class ScopedLog : ILoggerProvider, ISupportExternalScope, ILogger
    {
        private IExternalScopeProvider scopes = new LoggerExternalScopeProvider();

        public ConcurrentQueue<(string Message, Guid? OrderId)> Lines { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public void SetScopeProvider(IExternalScopeProvider scopeProvider) => scopes = scopeProvider;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => scopes.Push(state);

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            Guid? orderId = null;
            scopes.ForEachScope((scope, _) => orderId = (scope as OrderScope)?.OrderId ?? orderId, 0);
            Lines.Enqueue((formatter(state, exception), orderId));
        }

        public void Dispose()
        {
        }
    }
}
