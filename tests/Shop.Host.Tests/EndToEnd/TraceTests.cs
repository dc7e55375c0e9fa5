using Shop.Testing.Otlp;
using Xunit.Abstractions;

namespace Shop.Host.Tests.EndToEnd;

public sealed class TraceTests(ITestOutputHelper output)
{
    [Fact]
    public async Task An_order_is_one_trace_from_the_request_through_all_services_to_its_end()
    {
        await using var collector = await OtlpReceiver.StartAsync();
        await using var running = await RunningShop.StartAsync([.. collector.Settings.Select(setting => (setting.Key, setting.Value!))]);
        await running.Client.ListProductAsync("TRACED", 10);

        var order = (await running.Client.PlaceAsync(new("TRACED"))).ShouldBe(201);

        order.OrderStatus.ShouldBe("confirmed");
        await Task.Delay(2000);
        var trace = collector.Trace(collector.TraceOf(order.OrderId)!);
        Print(trace);
    }

    private void Print(IReadOnlyList<OtlpSpan> trace)
    {
        var ids = trace.Select(span => span.SpanId).ToHashSet();
        foreach (var root in trace.Where(span => !ids.Contains(span.ParentSpanId)))
            Print(root, 0);

        void Print(OtlpSpan span, int depth)
        {
            output.WriteLine($"{(span.Started - trace[0].Started).TotalMilliseconds,8:0.00} {span.Duration.TotalMilliseconds,8:0.00} {new string(' ', 2 * depth)}{span.Name} [{span.Source}] {string.Join(' ', span.Attributes.Select(a => a.Key + "=" + a.Value))}");
            foreach (var child in trace.Where(other => other.ParentSpanId == span.SpanId))
                Print(child, depth + 1);
        }
    }
}
