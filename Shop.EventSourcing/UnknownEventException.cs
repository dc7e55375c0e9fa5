using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing;

/// <summary>A stream has an event whose stored name this version of the service does not know.</summary>
public sealed class UnknownEventException(RecordedEvent recorded, string remedy)
    : InvalidOperationException(
        $"{recorded.Stream} has an unknown event {recorded.Type} at version {recorded.Version} (position {recorded.Position}). {remedy}");
