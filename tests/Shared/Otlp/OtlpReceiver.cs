using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Shop.Testing.Otlp;

/// <summary>
/// A collector for tests: takes OTLP over HTTP with Protocol Buffers on a free loopback port and keeps what it got. Give
/// <see cref="Settings"/> to an application, as settings or as environment variables of its process.
/// </summary>
public sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly WebApplication application;
    private readonly ConcurrentQueue<OtlpSpan> spans = [];
    private readonly ConcurrentQueue<OtlpPoint> points = [];
    private readonly ConcurrentQueue<OtlpLog> logs = [];

    private OtlpReceiver()
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        application = builder.Build();
        Accept("/v1/traces", message => OtlpSpan.Read(message).ToList().ForEach(spans.Enqueue));
        Accept("/v1/metrics", message => OtlpPoint.Read(message).ToList().ForEach(points.Enqueue));
        Accept("/v1/logs", message => OtlpLog.Read(message).ToList().ForEach(logs.Enqueue));
    }

    public string Url => application.Urls.First();

    public IReadOnlyCollection<OtlpSpan> Spans => [.. spans];

    /// <summary>Points of all exports so far; the newest come last.</summary>
    public IReadOnlyCollection<OtlpPoint> Points => [.. points];

    public IReadOnlyCollection<OtlpLog> Logs => [.. logs];

    /// <summary>The standard's settings with which an application exports here, soon rather than in large batches.</summary>
    public IReadOnlyDictionary<string, string?> Settings => new Dictionary<string, string?>
    {
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = Url,
        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
        ["OTEL_BSP_SCHEDULE_DELAY"] = "200",
        ["OTEL_BLRP_SCHEDULE_DELAY"] = "200",
        ["OTEL_METRIC_EXPORT_INTERVAL"] = "500",
    };

    public static async Task<OtlpReceiver> StartAsync()
    {
        var receiver = new OtlpReceiver();
        await receiver.application.StartAsync();
        return receiver;
    }

    /// <summary>The spans of one trace so far, in the order of their start.</summary>
    public IReadOnlyList<OtlpSpan> Trace(string traceId) => [.. spans.Where(span => span.TraceId == traceId).OrderBy(span => span.Started)];

    /// <summary>The trace of an order, once one of its spans names it.</summary>
    public string? TraceOf(Guid orderId) => spans.FirstOrDefault(span => span.IsAbout(orderId))?.TraceId;

    public async ValueTask DisposeAsync() => await application.DisposeAsync();

    private void Accept(string path, Action<ProtobufMessage> keep) => application.MapPost(path, async (HttpContext http) =>
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        keep(new(body.ToArray()));
        http.Response.ContentType = "application/x-protobuf";
    });
}
