using System.Globalization;

namespace Shop.Testing.Otlp;

/// <summary>A span as it arrived.</summary>
/// <param name="Service">The resource's <c>service.name</c>.</param>
/// <param name="Source">Name of the activity source.</param>
/// <param name="ParentSpanId">Empty for the first span of a trace.</param>
public sealed record OtlpSpan(
    string Service, string Source, string TraceId, string SpanId, string ParentSpanId, string TraceState, string Name,
    DateTimeOffset Started, TimeSpan Duration, IReadOnlyDictionary<string, string> Attributes)
{
    /// <summary>Whether it names an order as what it is about.</summary>
    public bool IsAbout(Guid orderId) => Attributes.GetValueOrDefault("shop.order.id") == orderId.ToString();

    internal static IEnumerable<OtlpSpan> Read(ProtobufMessage request) =>
        from resource in request.Messages(1)
        from scope in resource.Messages(2)
        from span in scope.Messages(2)
        select new OtlpSpan(
            OtlpAttributes.ServiceOf(resource), OtlpAttributes.ScopeOf(scope), span.Hex(1), span.Hex(2), span.Hex(4), span.Text(3), span.Text(5),
            DateTimeOffset.UnixEpoch.AddTicks(span.Number(7) / 100), TimeSpan.FromTicks((span.Number(8) - span.Number(7)) / 100), OtlpAttributes.Read(span, 9));
}

/// <summary>One point of a metric as it arrived.</summary>
/// <param name="Value">A histogram's sum.</param>
/// <param name="Count">A histogram's number of values; 1 otherwise.</param>
public sealed record OtlpPoint(
    string Service, string Meter, string Name, string Unit, double Value, long Count, IReadOnlyDictionary<string, string> Attributes)
{
    private const int Gauge = 5;
    private const int Sum = 7;
    private const int Histogram = 9;

    internal static IEnumerable<OtlpPoint> Read(ProtobufMessage request) =>
        from resource in request.Messages(1)
        from scope in resource.Messages(2)
        from metric in scope.Messages(2)
        from kind in new[] { Gauge, Sum, Histogram }
        from data in metric.Messages(kind)
        from point in data.Messages(1)
        select new OtlpPoint(
            OtlpAttributes.ServiceOf(resource), OtlpAttributes.ScopeOf(scope), metric.Text(1), metric.Text(3),
            kind == Histogram ? point.Real(5) : point.Has(4) ? point.Real(4) : point.Number(6),
            kind == Histogram ? point.Number(4) : 1,
            OtlpAttributes.Read(point, kind == Histogram ? 9 : 7));
}

/// <summary>A log record as it arrived.</summary>
public sealed record OtlpLog(
    string Service, string Category, string Severity, string Body, string TraceId, IReadOnlyDictionary<string, string> Attributes)
{
    internal static IEnumerable<OtlpLog> Read(ProtobufMessage request) =>
        from resource in request.Messages(1)
        from scope in resource.Messages(2)
        from log in scope.Messages(2)
        select new OtlpLog(
            OtlpAttributes.ServiceOf(resource), OtlpAttributes.ScopeOf(scope), log.Text(3), log.Messages(5).Select(body => body.Text(1)).FirstOrDefault(""),
            log.Hex(9), OtlpAttributes.Read(log, 6));
}

internal static class OtlpAttributes
{
    public static string ServiceOf(ProtobufMessage signalsOfResource) =>
        signalsOfResource.Messages(1).Select(resource => Read(resource, 1)).FirstOrDefault()?.GetValueOrDefault("service.name") ?? "";

    public static string ScopeOf(ProtobufMessage signalsOfScope) => signalsOfScope.Messages(1).Select(scope => scope.Text(1)).FirstOrDefault("");

    public static Dictionary<string, string> Read(ProtobufMessage holder, int number)
    {
        var attributes = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var attribute in holder.Messages(number))
            attributes[attribute.Text(1)] = attribute.Messages(2).Select(Value).FirstOrDefault("");
        return attributes;
    }

    private static string Value(ProtobufMessage value) =>
        value.Has(1) ? value.Text(1)
        : value.Has(2) ? (value.Number(2) != 0 ? "true" : "false")
        : value.Has(3) ? value.Number(3).ToString(CultureInfo.InvariantCulture)
        : value.Has(4) ? value.Real(4).ToString(CultureInfo.InvariantCulture)
        : "";
}
