using System.Net.Http.Json;
using System.Text.Json;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Shop.Contracts;
using Shop.EventSourcing;
using Shop.Jobs;
using Shop.Messaging;
using Shop.Orchestration;
using Shop.ServiceDefaults;
using Shop.Tests;

namespace Shop.Services.Tests.Saga.Orchestrator;

/// <summary>The orchestrator on its real store and bus, against participants that only answer.</summary>
internal sealed class RunningOrchestrator : IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("shop-saga-").FullName;
    private WebApplication app = null!;

    private RunningOrchestrator()
    {
    }

    public Answers Answers { get; } = new();

    public HttpClient Http { get; private set; } = null!;

    public EventStore<OrchestrationModule> Store => app.Services.GetRequiredService<EventStore<OrchestrationModule>>();

    /// <param name="connectionString">A PostgreSQL database that several of them may share; null: a file of its own.</param>
    /// <param name="jobsBy">The clock of one whose jobs can be asked for; the tested one does not run by itself, and deadlines are far.</param>
    public static async Task<RunningOrchestrator> StartAsync(string? connectionString = null, TimeProvider? jobsBy = null)
    {
        var running = new RunningOrchestrator();
        var builder = WebApplication.CreateSlimBuilder();
        builder.AddShopServiceDefaults();
        builder.Configuration.AddInMemoryCollection(
        [
            new("Shop:Data", running.folder), new("Shop:Keys", Path.Combine(running.folder, "keys")), new("urls", "http://127.0.0.1:0"),
            new("Shop:Store", connectionString is null ? "Sqlite" : "PostgreSql"), new("ConnectionStrings:saga", connectionString),
        ]);
        if (jobsBy is not null)
        {
            builder.Configuration.AddInMemoryCollection(
            [
                new($"Shop:Jobs:Schedules:{SagaWatchdog.Name}", JobSchedule.NeverText), new("OrderSaga:TryDeadlineSeconds", "3600"), new("OrderSaga:LeaseSeconds", "7200"),
            ]);
            builder.Services.AddSingleton(jobsBy);
        }

        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(running.Answers);
        builder.Services.AddOrchestration(builder.Configuration);
        if (jobsBy is not null)
            builder.Services.AddShopJobs(builder.Configuration);
        builder.Services.AddShopMessaging(builder.Configuration, bus =>
        {
            bus.AddOrchestrationConsumers();
            foreach (var queue in (string[])[Queues.Inventory, Queues.Payment, Queues.Order])
                bus.AddServiceEndpoint<OrchestrationModule>(queue, endpoint => endpoint.Consumer<AnsweringConsumer>());
        });
        var app = running.app = builder.Build();
        app.UseShopServiceDefaults();
        app.MapOrchestration();
        await app.StartAsync();
        running.Http = new HttpClient { BaseAddress = new(app.Urls.Single()) }.SignIn(app.Services.OperatorToken());
        return running;
    }

    public async Task<Guid> PlaceAsync(Func<OrderPlaced, OrderPlaced>? change = null)
    {
        var orderId = Given.NewOrder();
        var placed = Given.Placed(orderId);
        await PublishAsync(change is null ? placed : change(placed));
        return orderId;
    }

    public async Task PublishAsync<T>(T message) where T : class => await Store.ExecuteAsync(async unit =>
    {
        await app.Services.GetRequiredService<IMessageOutbox>().PublishAsync(unit, message);
        return true;
    });

    public async Task EndsInAsync(Guid orderId, string state)
    {
        var saga = await Store.WaitForAsync(OrderSagas.Streams.Aggregate, orderId, snapshot => snapshot.State == state, TimeSpan.FromMinutes(2));
        saga.State.ShouldBe(state);
    }

    /// <summary>Waits until a saga is as wanted.</summary>
    public async Task<OrderSaga> BecomesAsync(Guid orderId, Func<OrderSaga, bool> condition)
    {
        var saga = await Store.WaitForAsync(
            OrderSagas.Streams.Aggregate, orderId, snapshot => OrderSagas.Streams.ToInstance(snapshot) is { } saga && condition(saga), TimeSpan.FromMinutes(2));
        var seen = OrderSagas.Streams.ToInstance(saga)!;
        condition(seen).ShouldBeTrue();
        return seen;
    }

    public Task<JsonElement> GetAsync(string path) => Http.GetFromJsonAsync<JsonElement>(path);

    public Task<HttpResponseMessage> PostAsync(string path, object? body = null) =>
        body is null ? Http.PostAsync(path, null) : Http.PostAsJsonAsync(path, body);

    public static Guid[] Ids(JsonElement page) => [.. page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("orderId").GetGuid())];

    public Task StopAsync() => app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await app.StopAsync();
        await app.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}

/// <summary>How the participants answer, and what an operator asked of the order.</summary>
internal sealed class Answers
{
    private int swallowed;

    public bool Silent { get; set; }

    public int Swallowed => Volatile.Read(ref swallowed);

    /// <summary>Waits until so many commands were left unanswered.</summary>
    public async Task SwallowedAsync(int count)
    {
        for (var i = 0; i < 6_000 && Swallowed < count; i++)
            await Task.Delay(20);
        Swallowed.ShouldBe(count);
    }

    public Task Swallow()
    {
        Interlocked.Increment(ref swallowed);
        return Task.CompletedTask;
    }

    public System.Collections.Concurrent.ConcurrentQueue<RequestOrderCancellation> Cancellations { get; } = [];
}

internal sealed class AnsweringConsumer(Answers answers) :
    IConsumer<ReserveStock>, IConsumer<ConfirmStock>, IConsumer<ReturnStock>, IConsumer<AuthorizePayment>, IConsumer<CapturePayment>,
    IConsumer<RefundPayment>, IConsumer<ConfirmOrder>, IConsumer<CancelOrder>, IConsumer<RequestOrderCancellation>
{
    public Task Consume(ConsumeContext<ReserveStock> context) => AnswerAsync(context, nameof(StockReserved), context.Message.OrderId);

    public Task Consume(ConsumeContext<ConfirmStock> context) => AnswerAsync(context, nameof(StockConfirmed), context.Message.OrderId);

    public Task Consume(ConsumeContext<ReturnStock> context) => AnswerAsync(context, nameof(StockReturned), context.Message.OrderId);

    public Task Consume(ConsumeContext<AuthorizePayment> context) => AnswerAsync(context, nameof(PaymentAuthorized), context.Message.OrderId);

    public Task Consume(ConsumeContext<CapturePayment> context) => AnswerAsync(context, nameof(PaymentCaptured), context.Message.OrderId);

    public Task Consume(ConsumeContext<RefundPayment> context) => AnswerAsync(context, nameof(PaymentRefunded), context.Message.OrderId);

    public Task Consume(ConsumeContext<ConfirmOrder> context) => AnswerAsync(context, nameof(OrderConfirmed), context.Message.OrderId);

    public Task Consume(ConsumeContext<CancelOrder> context) => AnswerAsync(context, nameof(OrderCancelled), context.Message.OrderId);

    private Task AnswerAsync(ConsumeContext context, string reply, Guid orderId) =>
        answers.Silent ? answers.Swallow() : context.Publish(Given.Message(reply, orderId));

    public Task Consume(ConsumeContext<RequestOrderCancellation> context)
    {
        answers.Cancellations.Enqueue(context.Message);
        return context.Publish(new OrderCancellationRequested { OrderId = context.Message.OrderId, Reason = context.Message.Reason });
    }
}
