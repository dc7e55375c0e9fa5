using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using MassTransit;
using Shop.EventSourcing;
using Shop.EventSourcing.Projections;
using Shop.EventSourcing.Storage;

namespace Shop.Messaging.Sagas;

/// <summary>
/// A saga's instances as streams: each message that changed one is an event with what changed, so that the coordinator can be
/// audited and replayed like the services; a row is written with it.
/// </summary>
/// <param name="category">First part of the stream name, such as <c>order-saga</c>.</param>
/// <param name="json">How an instance is stored. Its properties hold values that do not change: one instance goes on from a shallow copy of another.</param>
/// <param name="begunBy">The message that is almost always an instance's first; another one may be, too.</param>
public sealed class SagaStreams<TSaga>(string category, JsonTypeInfo<TSaga> json, Type? begunBy = null)
    where TSaga : class, ISaga
{
    private const int LockStripes = 1024;
    private static readonly JsonElement Null = JsonElement.Parse("null");
    private static readonly Func<TSaga, object> Copy =
        typeof(object).GetMethod(nameof(MemberwiseClone), BindingFlags.Instance | BindingFlags.NonPublic)!.CreateDelegate<Func<TSaga, object>>();

    private readonly SemaphoreSlim[] locks = [.. Enumerable.Range(0, LockStripes).Select(_ => new SemaphoreSlim(1))];

    public Aggregate<SagaSnapshot, SagaTransitioned> Aggregate { get; } = new(
        category, SagaSnapshot.None, SagaSnapshot.Evolve, new EventTypes().Add("saga-transitioned.v1", SagaJson.Default.SagaTransitioned));

    /// <summary>The instance, or null before its first message.</summary>
    public TSaga? ToInstance(SagaSnapshot snapshot) =>
        snapshot.IsNew ? null : snapshot.Handled is TSaga handled ? (TSaga)Copy(handled) : snapshot.Json.Deserialize(json);

    internal ValueTask<StreamHandle<SagaSnapshot, SagaTransitioned>> LoadAsync(UnitOfWork unit, Guid id, Type message, CancellationToken cancellationToken) =>
        message == begunBy ? unit.LoadNewAsync(Aggregate, id, cancellationToken) : unit.LoadAsync(Aggregate, id, cancellationToken);

    /// <summary>For reading only: the instance that was just handled serves again.</summary>
    private TSaga? Peek(SagaSnapshot snapshot) => snapshot.Handled as TSaga ?? ToInstance(snapshot);

    /// <summary>A row per instance, written with each transition.</summary>
    public IInlineProjection Project<TRow>(Table<TRow> table, Func<TSaga, long, TRow?> project) where TRow : class =>
        new InlineProjection<SagaSnapshot, SagaTransitioned, TRow>(
            Aggregate, table, (snapshot, version) => Peek(snapshot) is { } saga ? project(saga, version) : null);

    /// <summary>What a message changed, or null when it changed nothing.</summary>
    internal SagaTransitioned? Transition(SagaSnapshot before, TSaga after, string on)
    {
        var now = JsonSerializer.SerializeToElement(after, json);
        var changes = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var property in now.EnumerateObject())
        {
            if (before.IsNew || !before.Json.TryGetProperty(NameOf(property), out var old) || !AreEqual(old, property.Value))
                changes.Add(property.Name, property.Value);
        }

        if (!before.IsNew)
        {
            // A serializer that leaves nulls out would else never take a value back.
            foreach (var property in before.Json.EnumerateObject())
            {
                if (property.Value.ValueKind != JsonValueKind.Null && !now.TryGetProperty(NameOf(property), out _))
                    changes.Add(property.Name, Null);
            }
        }

        return changes.Count == 0 ? null : new(before.State, StateOf(now), on, changes) { After = new(now) { Handled = after } };
    }

    /// <summary>Messages for one instance are handled one after the other inside a process; between processes the version decides.</summary>
    internal async Task<IDisposable> LockAsync(Guid correlationId, CancellationToken cancellationToken)
    {
        var stripe = locks[(uint)correlationId.GetHashCode() % LockStripes];
        await stripe.WaitAsync(cancellationToken);
        return new Release(stripe);
    }

    internal static string? StateOf(JsonElement saga) => saga.TryGetProperty("currentState", out var state) ? state.GetString() : null;

    /// <summary>As bytes: most properties are only compared.</summary>
    private static ReadOnlySpan<byte> NameOf(JsonProperty property) => JsonMarshal.GetRawUtf8PropertyName(property);

    private static bool AreEqual(JsonElement one, JsonElement other) =>
        JsonMarshal.GetRawUtf8Value(one).SequenceEqual(JsonMarshal.GetRawUtf8Value(other)) || JsonElement.DeepEquals(one, other);

    private sealed class Release(SemaphoreSlim stripe) : IDisposable
    {
        public void Dispose() => stripe.Release();
    }
}

/// <summary>A saga instance as stored: its properties as a JSON object in camelCase, <c>currentState</c> among them.</summary>
public sealed record SagaSnapshot(JsonElement Json)
{
    public static readonly SagaSnapshot None = new(default(JsonElement));

    /// <summary>The instance behind the JSON, while the one that wrote it is at hand.</summary>
    internal object? Handled { get; init; }

    public bool IsNew => Json.ValueKind == JsonValueKind.Undefined;

    public string? State => IsNew ? null : Json.TryGetProperty("currentState", out var state) ? state.GetString() : null;

    internal static SagaSnapshot Evolve(SagaSnapshot snapshot, SagaTransitioned transition)
    {
        if (transition.After is { } after)
            return after;
        if (snapshot.IsNew)
            return new(JsonSerializer.SerializeToElement(transition.Changes, SagaJson.Default.IReadOnlyDictionaryStringJsonElement));

        var properties = snapshot.Json.EnumerateObject().ToDictionary(property => property.Name, property => property.Value, StringComparer.Ordinal);
        foreach (var (name, value) in transition.Changes)
            properties[name] = value;
        return new(JsonSerializer.SerializeToElement(properties, SagaJson.Default.IReadOnlyDictionaryStringJsonElement));
    }
}

/// <summary>Stored event: one message changed the saga. Never edit, add a version.</summary>
/// <param name="On">The message's type.</param>
/// <param name="Changes">The properties that changed, with their new values.</param>
public sealed record SagaTransitioned(string? From, string? To, string On, IReadOnlyDictionary<string, JsonElement> Changes)
{
    /// <summary>What the changes lead to, known to the one who made them; not stored.</summary>
    [JsonIgnore]
    internal SagaSnapshot? After { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(SagaTransitioned))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, JsonElement>))]
internal sealed partial class SagaJson : JsonSerializerContext;
