using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing;

/// <summary>
/// Keeps this process's memory up with what other processes append to a shared store: reads it, lets the remembered states go on
/// with it, wakes who waits for them. It is told by signals, looks every now and then in case one was lost, and on
/// demand: whoever must see everything committed so far shares one look with all who ask at the same time.
/// </summary>
internal sealed class LogFollower(EventStore store) : IAsyncDisposable
{
    /// <summary>Topic that carries the log's head.</summary>
    public const string HeadTopic = "head";

    private const int Batch = 500;
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PollUnheard = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(1);

    private readonly Lock sync = new();
    private readonly CancellationTokenSource disposing = new();
    private readonly SemaphoreSlim behind = new(0, 1);
    private TaskCompletionSource? next;
    private bool looking;
    private long seen;
    private volatile bool listening;
    private Task running = Task.CompletedTask;

    /// <param name="head">Where the log stands before anything was loaded.</param>
    public void Start(long head)
    {
        seen = head;
        running = Task.WhenAll(Task.Run(ListenAsync), Task.Run(PollAsync));
    }

    /// <summary>Ends when this process has seen everything that had been committed, by anybody, before the call.</summary>
    public Task CatchUpAsync(CancellationToken cancellationToken)
    {
        Task look;
        lock (sync)
        {
            // The look under way may have begun before that commit; the next one has not.
            next ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
            look = next.Task;
            if (!looking)
            {
                looking = true;
                _ = LookAsync();
            }
        }

        return look.WaitAsync(cancellationToken);
    }

    /// <summary>This process has committed the events of these positions: nothing new in them, when nobody else's lie before.</summary>
    /// <returns>True then; else they come by with those of others, or just have.</returns>
    public bool Committed(long after, long to)
    {
        lock (store.Gate)
        {
            if (seen == after)
            {
                seen = to;
                return true;
            }

            if (seen >= to)
                return false;
        }

        Hurry();
        return false;
    }

    public async ValueTask DisposeAsync()
    {
        await disposing.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        disposing.Dispose();
        behind.Dispose();
    }

    private async Task LookAsync()
    {
        while (true)
        {
            TaskCompletionSource look;
            lock (sync)
            {
                looking = next is not null;
                if (next is null)
                    return;
                (look, next) = (next, null);
            }

            try
            {
                while (!Apply(await store.Engine.ReadLogAsync(Seen(), Batch, disposing.Token)))
                {
                }

                look.SetResult();
            }
#pragma warning disable CA1031 // It is the failure of everybody who asked for this look.
            catch (Exception error)
#pragma warning restore CA1031
            {
                look.SetException(error);
            }
        }
    }

    private long Seen()
    {
        lock (store.Gate)
            return seen;
    }

    /// <returns>True when these were all.</returns>
    private bool Apply(IReadOnlyList<RecordedEvent> events)
    {
        if (events.Count == 0)
            return true;

        // Our own come by, too, when others' lie between them.
        List<RecordedEvent> news;
        lock (store.Gate)
            news = [.. events.Where(recorded => recorded.Position > seen && !store.Cache.Knows(recorded))];
        var decoded = news.ConvertAll(Decode);
        List<RecordedEvent> passed;
        lock (store.Gate)
        {
            foreach (var (recorded, fold, @event) in decoded)
                Follow(recorded, fold, @event);
            // Since they were read, a commit of our own may have moved it on.
            passed = [.. events.SkipWhile(recorded => recorded.Position <= seen)];
            seen = Math.Max(seen, events[^1].Position);
        }

        if (passed.Count > 0)
            store.OnFollowed(passed);
        return events.Count < Batch;
    }

#pragma warning disable CA1031 // Whoever loads a stream that cannot be followed meets the same error, and has somebody to tell.
    private (RecordedEvent Recorded, IStreamFold? Fold, object? Event) Decode(RecordedEvent recorded)
    {
        var fold = store.FoldOf(recorded.Stream);
        try
        {
            return (recorded, fold, fold?.Decode(recorded));
        }
        catch (Exception)
        {
            return (recorded, null, null);
        }
    }

    private void Follow(RecordedEvent recorded, IStreamFold? fold, object? @event)
    {
        try
        {
            store.Cache.Follow(recorded, fold, @event);
        }
        catch (Exception)
        {
            store.Cache.Forget(recorded.Stream, recorded.Version);
        }
    }
#pragma warning restore CA1031

    private async Task PollAsync()
    {
        while (!disposing.IsCancellationRequested)
        {
            var pause = Pause;
            try
            {
                await behind.WaitAsync(listening ? Poll : PollUnheard, disposing.Token);
                await CatchUpAsync(disposing.Token);
            }
            catch (OperationCanceledException) when (disposing.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // The database may be away; it goes on when it is back, and who needs an answer meanwhile gets the error.
            catch (Exception error)
#pragma warning restore CA1031
            {
                store.OnBackgroundFailure(error);
                pause = PauseAfterFailure;
            }

            await Task.Delay(pause, disposing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ListenAsync()
    {
        while (!disposing.IsCancellationRequested)
        {
            try
            {
                await store.Engine.ListenAsync(OnListening, OnHeard, disposing.Token);
            }
            catch (OperationCanceledException) when (disposing.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // As above.
            catch (Exception error)
#pragma warning restore CA1031
            {
                store.OnBackgroundFailure(error);
            }

            listening = false;
            await Task.Delay(PauseAfterFailure, disposing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void OnListening()
    {
        listening = true;
        Hurry();
    }

    private void OnHeard(string topic, long value)
    {
        if (topic != HeadTopic)
            store.OnSignal(topic);
        else if (value > Seen())
            Hurry();
    }

    private void Hurry()
    {
        try
        {
            if (behind.CurrentCount == 0)
                behind.Release();
        }
        catch (Exception late) when (late is SemaphoreFullException or ObjectDisposedException)
        {
            // Somebody else did at the same moment, or it has just ended.
        }
    }
}
