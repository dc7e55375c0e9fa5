using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Shop.Contracts;
using Shop.EventSourcing;
using Shop.Messaging;
using Shop.Orchestration;
using Shop.ServiceDefaults;
using Shop.Tests;

namespace Shop.Services.Tests.Saga.Orchestrator;

/// <summary>The orchestrator on its real store and bus, against participants that only answer.</summary>
public sealed class OrchestrationTests : IAsyncLifetime, IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("shop-saga-").FullName;
    private readonly Answers answers = new();
    private WebApplication app = null!;
    private HttpClient http = null!;

    private EventStore<OrchestrationModule> Store => app.Services.GetRequiredService<EventStore<OrchestrationModule>>();

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.AddShopServiceDefaults();
        builder.Configuration.AddInMemoryCollection([new("Shop:Data", folder), new("urls", "http://127.0.0.1:0")]);
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(answers);
        builder.Services.AddOrchestration(builder.Configuration);
        builder.Services.AddShopMessaging(builder.Configuration, bus =>
        {
            bus.AddOrchestrationConsumers();
            foreach (var queue in (string[])[Queues.Inventory, Queues.Payment, Queues.Order])
                bus.AddServiceEndpoint<OrchestrationModule>(queue, endpoint => endpoint.Consumer<AnsweringConsumer>());
        });
        app = builder.Build();
        app.UseShopServiceDefaults();
        app.MapOrchestration();
        await app.StartAsync();
        http = new HttpClient { BaseAddress = new(app.Urls.Single()) }.SignIn(app.Services.OperatorToken());
    }

    public async Task DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    public void Dispose() => http.Dispose();

    [Fact]
    public async Task A_confirmed_order_shows_its_row_and_its_timeline()
    {
        var orderId = await PlaceAsync();
        await EndsInAsync(orderId, "Confirmed");

        var saga = await http.GetFromJsonAsync<JsonElement>($"/sagas/{orderId}");

        saga.GetProperty("state").GetString().ShouldBe("confirmed");
        (saga.GetProperty("stock").GetString(), saga.GetProperty("payment").GetString()).ShouldBe(("confirmed", "captured"));
        (saga.GetProperty("totalMinor").GetInt64(), saga.GetProperty("currency").GetString()).ShouldBe((1_300, "GBP"));
        (saga.GetProperty("awaiting").GetArrayLength(), saga.GetProperty("remaining").GetArrayLength()).ShouldBe((0, 0));
        var timeline = saga.GetProperty("timeline").EnumerateArray().ToArray();
        timeline.Select(step => step.GetProperty("version").GetInt64()).ShouldBe([1, 2, 3, 4, 5, 6]);
        timeline[0].GetProperty("on").GetString().ShouldBe("OrderPlaced");
        timeline.Select(step => step.GetProperty("to").GetString()).ShouldBe(["trying", "trying", "confirming", "confirming", "completing", "confirmed"]);
        timeline[5].GetProperty("changes").GetProperty("currentState").GetString().ShouldBe("Confirmed");
        (await Store.Engine.ReadOutboxAsync(10, default)).ShouldNotContain(message => message.DueAt != null);
    }

    [Fact]
    public async Task Sagas_are_listed_by_state_newest_first_a_page_at_a_time()
    {
        var confirmed = new[] { await PlaceAsync(), await PlaceAsync(), await PlaceAsync() };
        foreach (var orderId in confirmed)
            await EndsInAsync(orderId, "Confirmed");
        answers.Silent = true;
        var waiting = await PlaceAsync();
        await EndsInAsync(waiting, "Trying");

        var first = await http.GetFromJsonAsync<JsonElement>("/sagas?state=confirmed&limit=2");
        var second = await http.GetFromJsonAsync<JsonElement>($"/sagas?state=confirmed&limit=2&after={first.GetProperty("next").GetString()}");

        Ids(first).Concat(Ids(second)).ShouldBe(confirmed.OrderByDescending(id => id.ToString("D"), StringComparer.Ordinal));
        second.TryGetProperty("next", out _).ShouldBeFalse();
        Ids(await http.GetFromJsonAsync<JsonElement>("/sagas?state=Trying")).ShouldBe([waiting]);
        Ids(await http.GetFromJsonAsync<JsonElement>("/sagas?needsAttention=true")).ShouldBeEmpty();
        (await http.GetAsync("/sagas?state=lost")).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await http.GetAsync("/sagas?after=lost")).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task A_retry_brings_a_stuck_saga_on_its_way()
    {
        answers.Silent = true;
        var orderId = await PlaceAsync();
        await EndsInAsync(orderId, "Trying");
        var stuck = await http.GetFromJsonAsync<JsonElement>($"/sagas/{orderId}");
        stuck.GetProperty("awaiting").EnumerateArray().Select(step => step.GetString()).ShouldBe(["ReserveStock", "AuthorizePayment"]);

        answers.Silent = false;
        (await http.PostAsync($"/sagas/{orderId}/retry", null)).StatusCode.ShouldBe(HttpStatusCode.Accepted);

        await EndsInAsync(orderId, "Confirmed");
        var repeated = await http.PostAsync($"/sagas/{orderId}/retry", null);
        repeated.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await repeated.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString().ShouldBe("saga-ended");
    }

    [Fact]
    public async Task A_saga_that_never_started_is_not_found()
    {
        (await http.GetAsync($"/sagas/{Given.NewOrder()}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await http.PostAsync($"/sagas/{Given.NewOrder()}/retry", null)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_cancelled_order_frees_its_row_from_the_end_and_ends_again()
    {
        var orderId = await PlaceAsync();
        await EndsInAsync(orderId, "Confirmed");

        await PublishAsync((OrderCancellationRequested)Given.Message(nameof(OrderCancellationRequested), orderId));

        await EndsInAsync(orderId, "Cancelled");
        Ids(await http.GetFromJsonAsync<JsonElement>("/sagas?state=cancelled")).ShouldBe([orderId]);
    }

    private static Guid[] Ids(JsonElement page) => [.. page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("orderId").GetGuid())];

    private async Task<Guid> PlaceAsync()
    {
        var orderId = Given.NewOrder();
        await PublishAsync(Given.Placed(orderId));
        return orderId;
    }

    private async Task PublishAsync<T>(T message) where T : class => await Store.ExecuteAsync(async unit =>
    {
        await app.Services.GetRequiredService<IMessageOutbox>().PublishAsync(unit, message);
        return true;
    });

    private async Task EndsInAsync(Guid orderId, string state)
    {
        var saga = await Store.WaitForAsync(OrderSagas.Streams.Aggregate, orderId, snapshot => snapshot.State == state, TimeSpan.FromMinutes(2));
        saga.State.ShouldBe(state);
    }

    public sealed class Answers
    {
        public bool Silent { get; set; }
    }

    public sealed class AnsweringConsumer(Answers answers) :
        IConsumer<ReserveStock>, IConsumer<ConfirmStock>, IConsumer<ReturnStock>, IConsumer<AuthorizePayment>, IConsumer<CapturePayment>,
        IConsumer<RefundPayment>, IConsumer<ConfirmOrder>, IConsumer<CancelOrder>
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
            answers.Silent ? Task.CompletedTask : context.Publish(Given.Message(reply, orderId));
    }
}
