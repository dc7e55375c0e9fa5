using System.Text.Json;
using Shop.Messaging.Sagas;

namespace Shop.Orchestration;

/// <summary>The end of an order, as the stored event tells it by itself: whoever follows the log need not know the saga.</summary>
/// <param name="State">Name of the state, such as <c>Confirmed</c>.</param>
/// <param name="Seconds">From placing to end; null when it was stored by a version that did not say.</param>
internal sealed record OrderEnd(string State, DateTimeOffset At, double? Seconds)
{
    /// <returns>Null for what does not end an order; one that comes back from a return had ended before.</returns>
    public static OrderEnd? Of(SagaTransitioned transition) =>
        transition is { To: nameof(OrderStateMachine.Confirmed) or nameof(OrderStateMachine.Rejected) or nameof(OrderStateMachine.Cancelled), From: not nameof(OrderStateMachine.Recording) }
        && transition.Changes.TryGetValue("endedAt", out var at) && at.ValueKind == JsonValueKind.String && at.TryGetDateTimeOffset(out var endedAt)
            ? new(transition.To, endedAt, SecondsOf(transition))
            : null;

    private static double? SecondsOf(SagaTransitioned transition) =>
        transition.Changes.TryGetValue("durationSeconds", out var seconds) && seconds.ValueKind == JsonValueKind.Number ? seconds.GetDouble() : null;
}
