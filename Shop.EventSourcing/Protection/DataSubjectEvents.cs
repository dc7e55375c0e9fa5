using System.Text.Json.Serialization;

namespace Shop.EventSourcing.Protection;

// Stored format: never edit, add a version.
public abstract record DataSubjectEvent
{
    private DataSubjectEvent()
    {
    }

    /// <summary>A key was made; it is in the table <c>data_keys</c>, not here.</summary>
    public sealed record KeyCreated(Guid KeyId, DateTimeOffset CreatedAt) : DataSubjectEvent;

    /// <summary>The key was destroyed, and with it all that it protected.</summary>
    /// <param name="By">Who asked for it.</param>
    /// <param name="Reason">Why. Neither says who the subject was.</param>
    public sealed record Erased(Guid KeyId, string By, string Reason, DateTimeOffset ErasedAt) : DataSubjectEvent;

    /// <summary>The subject was erased though nothing was protected for it: what others keep of it goes, too, and who comes back is known as erased.</summary>
    /// <param name="By">Who asked for it.</param>
    /// <param name="Reason">Why. Neither says who the subject was.</param>
    public sealed record ErasedWithoutKey(string By, string Reason, DateTimeOffset ErasedAt) : DataSubjectEvent;

    public static EventTypes Types { get; } = new EventTypes()
        .Add("data-key-created.v1", DataSubjectJson.Default.KeyCreated)
        .Add("personal-data-erased.v1", DataSubjectJson.Default.Erased)
        .Add("subject-erased-without-key.v1", DataSubjectJson.Default.ErasedWithoutKey);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(DataSubjectEvent.KeyCreated))]
[JsonSerializable(typeof(DataSubjectEvent.Erased))]
[JsonSerializable(typeof(DataSubjectEvent.ErasedWithoutKey))]
internal sealed partial class DataSubjectJson : JsonSerializerContext;
