using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Shop.EventSourcing;

namespace Shop.Host.Tests.EndToEnd;

public sealed class TraceIdTests
{
    [Fact]
    public async Task Where_the_console_names_traces_an_order_keeps_its_trace_without_any_exporter()
    {
        await using var shop = await RunningShop.StartAsync(("Logging:Console:FormatterName", "line"));
        await shop.Client.ListProductAsync("QUIET", 10);
        var orderId = (await shop.Client.PlaceAsync(new("QUIET"))).ShouldBe(201).OrderId;

        var traces = new HashSet<string>();
        foreach (var store in shop.Application.Services.GetServices<EventStore>())
        {
            foreach (var category in (string[])["order", "reservation", "payment", "order-saga"])
            {
                await foreach (var recorded in store.ReadStreamAsync($"{category}-{orderId}"))
                    traces.Add(JsonElement.Parse(recorded.Metadata).GetProperty("traceparent").GetString()!.Split('-')[1]);
            }
        }

        traces.Count.ShouldBe(1);
    }
}
