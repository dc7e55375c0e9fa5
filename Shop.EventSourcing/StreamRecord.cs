using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing;

/// <summary>What a unit of work appends to a stream that it has not loaded.</summary>
internal sealed class StreamRecord(string stream, string category, EventTypes types)
{
    public string Stream => stream;

    public string Category => category;

    public List<object> Appended { get; } = [];

    public StreamAppend ToAppend(byte[]? metadata, DateTimeOffset now) =>
        new(stream, StreamAppend.AnyVersion, StreamHandle.ToStore(types, Appended, metadata, now));
}
