using Shop.Distributed.Tests.Running;
using Shop.Testing.Otlp;
using Xunit.Abstractions;

namespace Shop.Distributed.Tests.Drills;

[Collection(DrillCollection.Name)]
public sealed class TraceDrills(DrillServers servers, ITestOutputHelper output) : Drill(servers, output), IAsyncLifetime
{
    private OtlpReceiver? collector;

    public async Task InitializeAsync() => collector = await OtlpReceiver.StartAsync();

    public async Task DisposeAsync() => await collector!.DisposeAsync();

    [Fact]
    public Task An_order_is_one_trace_through_all_four_services() => RunAsync(
        async drill =>
        {
            drill.Load.ReleaseAll();
            await drill.Load.UntilAcknowledgedAsync(drill.Load.Total);
        },
        afterwards: async drill =>
        {
            var services = Service.All.Select(service => service.Project).ToArray();
            // A cancellation is a request of its own, and so are its consequences.
            foreach (var order in drill.Load.Plan.Where(order => !order.IsCancelled).Select(order => drill.Load.Acknowledged[order.Key]))
            {
                IReadOnlyList<OtlpSpan> trace = [];
                await Eventually.SoAsync(
                    () =>
                    {
                        trace = collector!.TraceOf(order) is { } id ? collector.Trace(id) : [];
                        return Task.FromResult(!services.Except(trace.Select(span => span.Service)).Any());
                    },
                    () => $"the trace of order {order} has spans of all services; it is\n{OtlpTraces.Describe(trace)}");
                collector!.Spans.Where(span => span.IsAbout(order)).Select(span => span.TraceId).Distinct().ShouldHaveSingleItem();
                drill.Output.WriteLine(OtlpTraces.Describe(trace));
            }
        },
        options: new() { Replicas = 1, Settings = collector!.Settings },
        orders: 5);
}
