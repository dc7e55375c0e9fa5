using System.Globalization;
using System.Text;

namespace Shop.Testing.Otlp;

public static class OtlpTraces
{
    /// <summary>A trace as a tree: start and duration in milliseconds, name, source.</summary>
    public static string Describe(IReadOnlyList<OtlpSpan> trace)
    {
        var text = new StringBuilder();
        var ids = trace.Select(span => span.SpanId).ToHashSet();
        foreach (var root in trace.Where(span => !ids.Contains(span.ParentSpanId)))
            Add(root, depth: 0);
        return text.ToString();

        void Add(OtlpSpan span, int depth)
        {
            var started = (span.Started - trace[0].Started).TotalMilliseconds;
            text.AppendLine(CultureInfo.InvariantCulture, $"{started,9:0.0} {span.Duration.TotalMilliseconds,8:0.0} {new string(' ', 2 * depth)}{span.Name} [{span.Service}: {span.Source}]");
            foreach (var child in trace.Where(other => other.ParentSpanId == span.SpanId))
                Add(child, depth + 1);
        }
    }
}
