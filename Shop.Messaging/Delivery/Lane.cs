using System.Collections.Concurrent;

namespace Shop.Messaging.Delivery;

/// <summary>Works on items, some at once; the others wait in order. Adding one starts it on the caller's thread when there is room.</summary>
/// <param name="width">How many at once.</param>
/// <param name="capacity">How many may wait; more are not taken.</param>
/// <param name="work">Never throws.</param>
internal sealed class Lane<T>(int width, int capacity, Func<T, Task> work)
{
    private readonly ConcurrentQueue<T> waiting = new();
    private readonly TaskCompletionSource idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int free;
    private int running;
    private volatile bool closed;

    /// <summary>Nothing runs before.</summary>
    public void Open()
    {
        Interlocked.Add(ref free, width);
        Start();
    }

    /// <summary>What waits is forgotten; what runs goes on.</summary>
    /// <returns>Ends with the last one that runs.</returns>
    public Task CloseAsync()
    {
        Interlocked.Add(ref free, -width);
        waiting.Clear();
        closed = true;
        if (Volatile.Read(ref running) == 0)
            idle.TrySetResult();
        return idle.Task;
    }

    /// <summary>False when too many wait already.</summary>
    public bool TryAdd(T item)
    {
        if (waiting.Count >= capacity)
            return false;
        waiting.Enqueue(item);
        Start();
        return true;
    }

    private void Start()
    {
        while (!waiting.IsEmpty && TryTakeSlot())
        {
            Interlocked.Increment(ref running);
            if (waiting.TryDequeue(out var item) && work(item) is { IsCompleted: false } unfinished)
                _ = FinishAsync(unfinished);
            else
                GiveBack();
        }
    }

    private async Task FinishAsync(Task unfinished)
    {
        await unfinished;
        GiveBack();
        Start();
    }

    private void GiveBack()
    {
        Interlocked.Increment(ref free);
        if (Interlocked.Decrement(ref running) == 0 && closed)
            idle.TrySetResult();
    }

    private bool TryTakeSlot()
    {
        while (Interlocked.Decrement(ref free) < 0)
        {
            // Whoever gave one back in between saw none, because of us, and has left what waits to us.
            if (Interlocked.Increment(ref free) <= 0)
                return false;
        }

        return true;
    }
}
