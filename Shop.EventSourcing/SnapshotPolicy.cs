using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;
using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing;

/// <summary>
/// Has snapshots taken of an aggregate: with the commit that completes every so many events, and with the next one after a load
/// that had to read as many.
/// </summary>
/// <param name="json">How the state is written. Another shape makes all snapshots void: they are taken anew.</param>
/// <param name="every">Events from one to the next.</param>
/// <param name="revision">To be raised when the same events come to mean another state of the same shape.</param>
public sealed class SnapshotPolicy<TState>(JsonTypeInfo<TState> json, int every = 100, int revision = 1)
    where TState : class
{
    private readonly string shape = $"{revision}-{ShapeOf(json)}";

    internal int Every => every;

    internal Snapshot Take(string stream, long version, TState state, DateTimeOffset now) => new()
    {
        Stream = stream,
        Version = version,
        Shape = shape,
        State = JsonSerializer.Serialize(state, json),
        TakenAt = now,
    };

    /// <returns>Null when it cannot serve: it has another shape, or cannot be read.</returns>
    internal TState? Restore(Snapshot snapshot)
    {
        if (snapshot.Shape != shape)
            return null;
        try
        {
            return JsonSerializer.Deserialize(snapshot.State, json);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Whether it is just what the events give.</summary>
    internal bool Confirms(Snapshot snapshot, TState folded) => snapshot.Shape != shape || snapshot.State == JsonSerializer.Serialize(folded, json);

    private static string ShapeOf(JsonTypeInfo<TState> json) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(json.GetJsonSchemaAsNode().ToJsonString())).AsSpan(0, 6));
}
