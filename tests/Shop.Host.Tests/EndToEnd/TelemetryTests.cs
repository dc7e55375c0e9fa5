using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Shop.Contracts;
using Shop.EventSourcing;
using Shop.Messaging;
using Shop.Orchestration;
using Shop.Testing.Otlp;
using Xunit.Abstractions;

namespace Shop.Host.Tests.EndToEnd;

public sealed class TelemetryTests(ITestOutputHelper output) : IAsyncLifetime
{
    private OtlpReceiver? collector;
    private RunningShop? shop;

    private OtlpReceiver Collector => collector!;

    private ShopClient Client => shop!.Client;

    public async Task InitializeAsync()
    {
        collector = await OtlpReceiver.StartAsync();
        shop = await RunningShop.StartAsync([.. collector.Settings.Select(setting => (setting.Key, setting.Value!))]);
    }

    public async Task DisposeAsync()
    {
        await shop!.DisposeAsync();
        await collector!.DisposeAsync();
    }

    [Fact]
    public async Task An_order_is_one_trace_from_the_request_through_all_services_to_its_end()
    {
        await Client.ListProductAsync("TRACED", 10);
        var order = (await Client.PlaceAsync(new("TRACED"))).ShouldBe(201);
        order.OrderStatus.ShouldBe("confirmed");

        var trace = await ShopClient.UntilAsync(() => Task.FromResult(TraceOf(order.OrderId)), IsWhole, "the trace is whole");

        output.WriteLine(OtlpTraces.Describe(trace));
        Collector.Spans.Where(span => span.IsAbout(order.OrderId)).ShouldAllBe(span => span.TraceId == trace[0].TraceId);
        trace.Count(span => span.Name == "order-saga process").ShouldBe(6, "placed, reserved, authorized, confirmed, captured, order confirmed");
        trace.Count(span => span.Name == "payment-provider process").ShouldBe(2, "authorize, capture");
        trace.Where(span => span is { Source: "System.Net.Http", Name: "POST" }).Select(span => new Uri(span.Attributes["url.full"]).Authority)
            .ShouldContain(new Uri(shop!.Application.SandboxUrl!).Authority);
        trace.Single(span => span.Name == "POST /orders").Attributes["http.response.status_code"].ShouldBe("201");
        Collector.Spans.ShouldNotContain(span => span.Source == "Payment.Sandbox");

        // What is exported has its parent there too: nothing hangs in the air but the test's own request, or what follows it.
        var ids = trace.Select(span => span.SpanId).ToHashSet();
        trace.Where(span => !ids.Contains(span.ParentSpanId)).ShouldHaveSingleItem().Source.ShouldBe("System.Net.Http");
    }

    [Fact]
    public async Task Orders_sagas_stores_and_handlers_are_measured()
    {
        await Client.ListProductAsync("MEASURED", 10);
        (await Client.PlaceAsync(new("MEASURED"))).OrderStatus.ShouldBe("confirmed");
        (await Client.PlaceAsync(new("MEASURED", Card: Cards.Declined))).OrderStatus.ShouldBe("rejected");

        await UntilMeasuredAsync("shop.orders.placed", "{order}", point => point.Value == 2);
        await UntilMeasuredAsync("shop.orders.ended", "{order}", point => point.Value == 1 && point.Attributes["outcome"] == "confirmed");
        await UntilMeasuredAsync("shop.orders.ended", "{order}", point => point.Value == 1 && point.Attributes["outcome"] == "rejected");
        await UntilMeasuredAsync("shop.saga.duration", "s", point => point is { Count: 1, Value: > 0 } && point.Attributes["outcome"] == "confirmed");
        await UntilMeasuredAsync("shop.saga.active", "{saga}", point => point.Value == 0 && point.Attributes["state"] == "trying");
        await UntilMeasuredAsync("shop.saga.needing_attention", "{saga}", point => point.Value == 0);
        await UntilMeasuredAsync("shop.outbox.depth", "{message}", point => point.Attributes["store"] == "saga");
        await UntilMeasuredAsync("shop.outbox.oldest_age", "s", point => point.Attributes["store"] == "payment");
        await UntilMeasuredAsync("shop.parked.messages", "{message}", point => point.Value == 0 && point.Attributes["store"] == "inventory");
        await UntilMeasuredAsync("shop.projection.lag", "{event}", point => point.Attributes["projection"] == "orders.v1");
        await UntilMeasuredAsync("shop.projection.lag_time", "s", point => point.Attributes["store"] == "order");
        await UntilMeasuredAsync("shop.store.commit.group_size", "{write_set}", point => point.Count > 0 && point.Attributes["store"] == "saga");
        await UntilMeasuredAsync("shop.store.commit.duration", "s", point => point is { Count: > 0, Value: > 0 });
        await UntilMeasuredAsync(
            "shop.handler.duration", "s",
            point => point.Count >= 2 && point.Attributes["endpoint"] == "inventory" && point.Attributes["message_type"] == "ReserveStock" && point.Attributes["outcome"] == "handled");
        Collector.Points.ShouldContain(point => point.Meter == "System.Runtime");
        Collector.Points.ShouldContain(point => point.Name == "http.server.request.duration");
    }

    [Fact]
    public async Task Another_shop_of_the_process_is_not_measured_with_it_and_probes_are_not_traced()
    {
        await using (var other = await RunningShop.StartAsync())
        {
            await other.Client.ListProductAsync("ELSEWHERE", 10);
            (await other.Client.PlaceAsync(new("ELSEWHERE"))).OrderStatus.ShouldBe("confirmed");
        }

        (await Client.GetAsync("/health/ready")).ShouldBe(200);
        await Client.ListProductAsync("HERE", 10);
        (await Client.PlaceAsync(new("HERE"))).OrderStatus.ShouldBe("confirmed");

        await UntilMeasuredAsync("shop.orders.placed", "{order}", point => point.Value == 1);
        Collector.Points.Where(point => point.Name == "shop.orders.placed").ShouldAllBe(point => point.Value <= 1);
        await ShopClient.UntilAsync(() => Task.FromResult(Collector.Spans.Any(span => span.Name == "POST /orders")), "requests are traced");
        Collector.Spans.ShouldNotContain(span => span.Source == "Microsoft.AspNetCore" && span.Name.Contains("health"));
    }

    [Fact]
    public async Task An_exported_log_record_of_a_handler_names_order_and_trace()
    {
        var orderId = Guid.CreateVersion7();
        var services = shop!.Application.Services;
        using var request = new Activity("request") { ActivityTraceFlags = ActivityTraceFlags.Recorded }.Start();

        // No saga has heard of the order, so the message is parked.
        await services.GetRequiredService<EventStore<OrchestrationModule>>().ExecuteAsync(async unit =>
        {
            await services.GetRequiredService<IMessageOutbox>().SendAsync(unit, Queues.OrderSaga, new StockConfirmed { OrderId = orderId });
            return true;
        });

        var record = await ShopClient.UntilAsync(
            () => Task.FromResult(Collector.Logs.FirstOrDefault(log => log.Body.StartsWith("Parked", StringComparison.Ordinal))), log => log is not null, "the log line arrives");
        record!.TraceId.ShouldBe(request.TraceId.ToHexString());
        record.Attributes["OrderId"].ShouldBe(orderId.ToString());
        record.Severity.ShouldBe("Error");
    }

    private IReadOnlyList<OtlpSpan> TraceOf(Guid orderId) => Collector.TraceOf(orderId) is { } traceId ? Collector.Trace(traceId) : [];

    /// <summary>The last spans of an order: the request is answered, and the saga knows that the order is confirmed.</summary>
    private static bool IsWhole(IReadOnlyList<OtlpSpan> trace)
    {
        var names = trace.Select(span => span.Name).ToList();
        return names.Count(name => name == "commit saga") == 6
            && new[] { "POST", "POST /orders", "order-saga receive", "inventory process", "payment process", "payment-provider process", "order process", "commit order", "commit inventory", "commit payment" }
                .All(names.Contains)
            && trace.Any(span => span.Source == "System.Net.Http" && span.ParentSpanId.Length == 0);
    }

    private Task UntilMeasuredAsync(string name, string unit, Func<OtlpPoint, bool> condition) => ShopClient.UntilAsync(
        () => Task.FromResult(Collector.Points.Any(point => point.Name == name && point.Unit == unit && condition(point))), $"{name} in {unit} is measured as wanted");
}
