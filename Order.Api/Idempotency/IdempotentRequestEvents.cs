using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Shop.EventSourcing;
using Shop.EventSourcing.Protection;

namespace Shop.Ordering;

// Stored format: never edit, add a version.
public abstract record IdempotentRequestEvent
{
    private IdempotentRequestEvent()
    {
    }

    public record Accepted(string Key, string CustomerScope, string BodyHash, Guid OrderId, DateTimeOffset AcceptedAt) : IdempotentRequestEvent;

    /// <summary>The second version, for requests with personal data; the others are still stored as the first.</summary>
    /// <param name="BodyHash">Of everything but the personal data.</param>
    /// <param name="PersonalHash">Of the personal data: nobody can try out people on it once it was erased.</param>
    public sealed record AcceptedWithPersonalData(
        string Key, string CustomerScope, string BodyHash, Guid OrderId, DateTimeOffset AcceptedAt,
        [property: JsonPropertyOrder(1)] Protected<string> PersonalHash)
        : Accepted(Key, CustomerScope, BodyHash, OrderId, AcceptedAt);

    /// <param name="Body">Exactly as it was sent.</param>
    public sealed record Answered(int StatusCode, string Body, string Location, DateTimeOffset AnsweredAt) : IdempotentRequestEvent;

    public static EventTypes Types { get; } = new EventTypes()
        .Add("request-accepted.v1", IdempotentRequestJson.Readable.Accepted)
        .Add("request-accepted.v2", IdempotentRequestJson.Readable.AcceptedWithPersonalData)
        .Add("request-answered.v1", IdempotentRequestJson.Readable.Answered);
}

[JsonSerializable(typeof(IdempotentRequestEvent.Accepted))]
[JsonSerializable(typeof(IdempotentRequestEvent.AcceptedWithPersonalData))]
[JsonSerializable(typeof(IdempotentRequestEvent.Answered))]
internal sealed partial class IdempotentRequestJson : JsonSerializerContext
{
    /// <summary>Writes a JSON body inside JSON as <c>\"</c>, not <c>\u0022</c>: a third of the bytes, and people can read it.</summary>
    public static IdempotentRequestJson Readable { get; } =
        new(new JsonSerializerOptions
        {
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        });
}
