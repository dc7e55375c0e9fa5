using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.Projections;

/// <summary>How a projection is doing.</summary>
/// <param name="Kind"><c>inline</c>: written with the events, never behind. <c>asynchronous</c>: follows the log.</param>
/// <param name="Head">Where the log stands.</param>
/// <param name="Next">What is built beside it, or null.</param>
/// <param name="Previous">What it was before the last swap, as it stood then, or null.</param>
/// <param name="Skipped">Events that were passed over deliberately, by any generation; newest first.</param>
public sealed record ProjectionStatus(
    string Store, string Name, string Kind, string Table, long Head, GenerationStatus Live, GenerationStatus? Next, GenerationStatus? Previous,
    IReadOnlyList<SkippedEvent> Skipped);

/// <param name="State"><c>running</c>, <c>paused</c>, <c>stopped</c> before an event that it cannot apply, or <c>kept</c>.</param>
/// <param name="LagEvents">How many events of the log it has not seen.</param>
/// <param name="Progress">Of a rebuild, from 0 to 1: how much of the log it has read.</param>
public sealed record GenerationStatus(
    long Generation, string State, long Position, long LagEvents, double? Progress, DateTimeOffset? BeganAt, ProjectionPause? Pause, ProjectionError? Error)
{
    internal static GenerationStatus Of(ProjectionState state, long head) => new(
        state.Generation,
        state.Slot == ProjectionSlot.Previous ? "kept" : state.Pause is not null ? "paused" : ErrorOf(state) is not null ? "stopped" : "running",
        state.Position,
        Math.Max(0, head - state.Position),
        state.Slot == ProjectionSlot.Next ? (head == 0 ? 1 : Math.Min(1, Math.Round((double)state.Position / head, 4))) : null,
        state.BeganAt,
        state.Pause,
        ErrorOf(state));

    // A crash may come between applying the event and taking the note off.
    private static ProjectionError? ErrorOf(ProjectionState state) => state.Error is { } error && error.Position > state.Position ? error : null;
}
