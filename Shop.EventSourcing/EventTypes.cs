using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Shop.EventSourcing;

/// <summary>
/// The stored names of a family of events and how each is written as JSON. Names are explicit and versioned
/// (<c>order-placed.v1</c>) and never CLR names; once stored, a name and its shape are forever.
/// </summary>
public sealed class EventTypes
{
    private readonly Dictionary<string, JsonTypeInfo> byName = new(StringComparer.Ordinal);
    private readonly Dictionary<Type, (string Name, JsonTypeInfo Json)> byType = [];

    /// <summary>Adds one event under its stored name.</summary>
    /// <exception cref="ArgumentException">The name or the type is already taken.</exception>
    public EventTypes Add<TEvent>(string name, JsonTypeInfo<TEvent> json) where TEvent : class
    {
        byName.Add(name, json);
        byType.Add(typeof(TEvent), (name, json));
        return this;
    }

    /// <summary>All stored names with their CLR types.</summary>
    public IEnumerable<KeyValuePair<string, Type>> All => byName.Select(pair => KeyValuePair.Create(pair.Key, pair.Value.Type));

    /// <summary>The stored form of an event: name and UTF-8 JSON.</summary>
    /// <exception cref="InvalidOperationException">The event's type was never added.</exception>
    public (string Name, byte[] Data) Serialize(object @event) =>
        byType.TryGetValue(@event.GetType(), out var entry)
            ? (entry.Name, JsonSerializer.SerializeToUtf8Bytes(@event, entry.Json))
            : throw new InvalidOperationException($"{@event.GetType().Name} has no stored name. Add it to the EventTypes of its aggregate.");

    /// <summary>The event behind a stored name and its UTF-8 JSON, or false when the name is not of this family.</summary>
    public bool TryDeserialize(string name, ReadOnlySpan<byte> data, [NotNullWhen(true)] out object? @event)
    {
        @event = byName.TryGetValue(name, out var json) ? JsonSerializer.Deserialize(data, json) : null;
        return @event is not null;
    }
}
