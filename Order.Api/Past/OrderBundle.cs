using System.Text.Json;

namespace Shop.Ordering;

/// <summary>Everything that the services have stored of one order, as stored: personal data stays sealed, and no keys are in it.</summary>
/// <param name="Format">See <see cref="CurrentFormat"/>.</param>
/// <param name="Streams">The order, its request, its saga, its reservation and its payment.</param>
/// <param name="Messages">What was on its way between the services.</param>
/// <param name="Scheduled">What services had scheduled for themselves.</param>
public sealed record OrderBundle(
    string Format, Guid OrderId, DateTimeOffset ExportedAt, IReadOnlyList<BundledStream> Streams, IReadOnlyList<MessageUnderWay> Messages, IReadOnlyList<ScheduledThen> Scheduled)
{
    /// <summary>Another shape gets another name.</summary>
    public const string CurrentFormat = "shop-order-bundle.v1";
}

/// <param name="Store">The service: order, saga, inventory or payment.</param>
public sealed record BundledStream(string Store, string Stream, IReadOnlyList<BundledEvent> Events);

/// <param name="Metadata">Which message caused it, who, and the trace; null when nothing was to be said.</param>
public sealed record BundledEvent(long Version, Guid Id, string Type, DateTimeOffset RecordedAt, JsonElement Data, JsonElement? Metadata);
