using System.Text.Json.Serialization;

namespace Shop.EventSourcing.Benchmarks;

/// <summary>An aggregate with events of the usual size.</summary>
internal sealed record Meter(long Readings, long Total, string? Last)
{
    private static readonly EventTypes Events = new EventTypes().Add("meter-read.v1", MeterJson.Default.Read);

    public static readonly Aggregate<Meter, MeterEvent> Aggregate = new(
        "meter", new(0, 0, null), (meter, @event) => @event is MeterEvent.Read read ? new(meter.Readings + 1, meter.Total + read.Units, read.Place) : meter, Events)
    {
        Snapshots = new(MeterJson.Default.Meter),
    };

    public static Aggregate<Meter, MeterEvent> WithoutSnapshots { get; } = Aggregate with { Snapshots = null };

    public static MeterEvent Read(int number) =>
        new MeterEvent.Read(new(number, 7, 7, 1, 2, 3, 4, 5, 6, 7, 8), number % 100, $"shelf {number % 1000}, row {number % 17}", DateTimeOffset.UnixEpoch.AddSeconds(number));
}

internal abstract record MeterEvent
{
    public sealed record Read(Guid OrderId, long Units, string Place, DateTimeOffset At) : MeterEvent;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(MeterEvent.Read))]
[JsonSerializable(typeof(Meter))]
internal sealed partial class MeterJson : JsonSerializerContext;
