using System.Buffers;
using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace Shop.EventSourcing;

/// <summary>Where a write came from; stored with each of its events as JSON.</summary>
/// <param name="CausationId">Id of the message handled, if any.</param>
/// <param name="Actor">Who asked, when it was a person; null otherwise.</param>
public sealed record EventMetadata(Guid? CausationId = null, string? Actor = null)
{
    /// <summary>UTF-8 JSON with the trace of the current activity, or null when there is nothing to say.</summary>
    internal byte[]? Serialize()
    {
        var trace = Activity.Current?.Id;
        if (CausationId is null && Actor is null && trace is null)
            return null;
        if (Actor is null && trace is null)
            return Encoding.UTF8.GetBytes($$"""{"causationId":"{{CausationId:D}}"}""");

        var buffer = new ArrayBufferWriter<byte>(192);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (CausationId is { } causation)
                json.WriteString("causationId", causation);
            if (Actor is not null)
                json.WriteString("actor", Actor);
            if (trace is not null)
                json.WriteString("traceparent", trace);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
