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
    private readonly Dictionary<Type, Func<object, object>> upcasts = [];
    private readonly HashSet<string> old = new(StringComparer.Ordinal);

    /// <summary>Adds one event under its stored name.</summary>
    /// <exception cref="ArgumentException">The name or the type is already taken.</exception>
    public EventTypes Add<TEvent>(string name, JsonTypeInfo<TEvent> json) where TEvent : class
    {
        byName.Add(name, json);
        byType.Add(typeof(TEvent), (name, json));
        return this;
    }

    /// <summary>
    /// Goes on reading an older version under its stored name, and turns it into a later one: the current one, or one that is itself
    /// turned into a later one. It is not written any more.
    /// </summary>
    /// <param name="upcast">Pure; what the old event does not say, it must be able to conclude from it.</param>
    /// <exception cref="ArgumentException">The name or the type is already taken.</exception>
    public EventTypes Upcast<TOld, TLater>(string name, JsonTypeInfo<TOld> json, Func<TOld, TLater> upcast)
        where TOld : class
        where TLater : class
    {
        if (byType.ContainsKey(typeof(TOld)))
            throw new ArgumentException($"{typeof(TOld).Name} is still written. Give the old version of the event a type of its own.", nameof(upcast));
        byName.Add(name, json);
        upcasts.Add(typeof(TOld), older => upcast((TOld)older));
        old.Add(name);
        return this;
    }

    /// <summary>All stored names that are written, with their CLR types.</summary>
    public IEnumerable<KeyValuePair<string, Type>> All => byType.Select(pair => KeyValuePair.Create(pair.Value.Name, pair.Key));

    /// <summary>The stored names that are only read, and turned into later versions.</summary>
    public IEnumerable<string> Old => old;

    /// <summary>The stored form of an event: name and UTF-8 JSON.</summary>
    /// <exception cref="InvalidOperationException">The event's type was never added, or is an old version.</exception>
    public (string Name, byte[] Data) Serialize(object @event) =>
        byType.TryGetValue(@event.GetType(), out var entry) ? (entry.Name, JsonSerializer.SerializeToUtf8Bytes(@event, entry.Json))
        : upcasts.ContainsKey(@event.GetType()) ? throw new InvalidOperationException($"{@event.GetType().Name} is an old version, which is only read. Append the current one.")
        : throw new InvalidOperationException($"{@event.GetType().Name} has no stored name. Add it to the EventTypes of its aggregate.");

    /// <summary>The event behind a stored name and its UTF-8 JSON, in its current version; false when the name is not of this family.</summary>
    /// <exception cref="JsonException">The JSON does not fit the name.</exception>
    /// <exception cref="InvalidOperationException">An old version is turned into one that has no stored name.</exception>
    public bool TryDeserialize(string name, ReadOnlySpan<byte> data, [NotNullWhen(true)] out object? @event)
    {
        @event = byName.TryGetValue(name, out var json) ? JsonSerializer.Deserialize(data, json) : null;
        if (@event is not null && old.Contains(name))
            @event = Current(name, @event);
        return @event is not null;
    }

    private object Current(string name, object @event)
    {
        while (upcasts.TryGetValue(@event.GetType(), out var upcast))
            @event = upcast(@event);
        return byType.ContainsKey(@event.GetType())
            ? @event
            : throw new InvalidOperationException($"{name} is turned into {@event.GetType().Name}, which has no stored name. Add it to the EventTypes, or an upcast that goes on from it.");
    }
}
