using System.Collections.Concurrent;

namespace Shop.EventSourcing;

/// <summary>Lets requests wait for the next change of one stream.</summary>
internal sealed class StreamWatchers
{
    private readonly ConcurrentDictionary<string, Watched> byStream = new(StringComparer.Ordinal);
    private readonly Lock sync = new();

    public Watcher Watch(string stream)
    {
        lock (sync)
        {
            var watch = byStream.GetOrAdd(stream, name => new(name));
            watch.Users++;
            return new(this, watch);
        }
    }

    public void Changed(string stream)
    {
        if (byStream.TryGetValue(stream, out var watch))
            Interlocked.Exchange(ref watch.Next, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
    }

    internal sealed class Watched(string stream)
    {
        public readonly string Stream = stream;
        public TaskCompletionSource Next = new(TaskCreationOptions.RunContinuationsAsynchronously);
        public int Users;
    }

    internal sealed class Watcher(StreamWatchers owner, Watched watch) : IDisposable
    {
        /// <summary>Ends with the next change after this call.</summary>
        public Task NextAsync() => Volatile.Read(ref watch.Next).Task;

        public void Dispose()
        {
            lock (owner.sync)
            {
                if (--watch.Users == 0)
                    owner.byStream.TryRemove(watch.Stream, out _);
            }
        }
    }
}
