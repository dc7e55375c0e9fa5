using System.Collections.Concurrent;
using Shop.EventSourcing.Storage;

namespace Shop.Messaging.Delivery;

/// <summary>Works on messages, some at once; the others wait in order. Adding one starts it on the caller's thread when there is room.</summary>
/// <param name="width">How many at once.</param>
/// <param name="capacity">How many may wait; more are not taken.</param>
/// <param name="work">Never throws.</param>
internal sealed class Lane(int width, int capacity, Func<OutboxMessage, Task> work)
{
    private readonly ConcurrentQueue<OutboxMessage> waiting = new();
    private int free;

    /// <summary>Nothing runs before.</summary>
    public void Open()
    {
        Interlocked.Add(ref free, width);
        Start();
    }

    /// <summary>What waits is forgotten; what runs goes on.</summary>
    public void Close()
    {
        Interlocked.Add(ref free, -width);
        waiting.Clear();
    }

    /// <summary>False when too many wait already.</summary>
    public bool TryAdd(OutboxMessage message)
    {
        if (waiting.Count >= capacity)
            return false;
        waiting.Enqueue(message);
        Start();
        return true;
    }

    private void Start()
    {
        while (!waiting.IsEmpty && TryTakeSlot())
        {
            if (waiting.TryDequeue(out var message) && work(message) is { IsCompleted: false } running)
                _ = FinishAsync(running);
            else
                Interlocked.Increment(ref free);
        }
    }

    private async Task FinishAsync(Task running)
    {
        await running;
        Interlocked.Increment(ref free);
        Start();
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
