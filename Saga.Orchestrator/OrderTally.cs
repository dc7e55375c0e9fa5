using Shop.Messaging.Sagas;

namespace Shop.Orchestration;

/// <param name="From">Begin of the ten seconds.</param>
public sealed record OrdersEnded(DateTimeOffset From, int Confirmed, int Rejected, int Cancelled);

/// <summary>Orders that ended lately, at whichever replica, since this one started.</summary>
/// <param name="PerMinute">How many ended in the last minute.</param>
/// <param name="P50Seconds">Of those that ended in the last five minutes, from placing to end; null when none did. Within 10 %.</param>
/// <param name="Ended">In steps of ten seconds, the oldest first; the last one is under way.</param>
public sealed record OrdersOverview(int PerMinute, double? P50Seconds, double? P99Seconds, IReadOnlyList<OrdersEnded> Ended);

/// <summary>Counts the orders that end, for half an hour, in memory that does not grow.</summary>
public sealed class OrderTally(TimeProvider clock)
{
    private const int StepSeconds = 10;
    private const int Steps = 30 * 60 / StepSeconds;
    private const int StepsOfDurations = 5 * 60 / StepSeconds;

    /// <summary>Durations are counted in classes, each 20 % above the one before, from a millisecond to a day.</summary>
    private const double Growth = 1.2;
    private const int Classes = 101;

    private readonly Lock gate = new();
    private readonly Step[] steps = [.. Enumerable.Range(0, Steps).Select(_ => new Step())];

    /// <summary>Counts the order if this ends it, in the step in which it ended, however late that is heard of.</summary>
    public void Count(SagaTransitioned transition)
    {
        if (OrderEnd.Of(transition) is not { } end)
            return;
        lock (gate)
        {
            var now = Now();
            // The clock of another replica may be ahead.
            var number = Math.Min(StepOf(end.At), now);
            if (number <= now - Steps)
                return;
            var step = StepAt(number);
            step.Outcomes[end.State switch { nameof(OrderStateMachine.Confirmed) => 0, nameof(OrderStateMachine.Rejected) => 1, _ => 2 }]++;
            if (end.Seconds is { } seconds)
                step.Durations[ClassOf(seconds)]++;
        }
    }

    public OrdersOverview Read()
    {
        lock (gate)
        {
            var now = Now();
            var ended = new List<OrdersEnded>(Steps);
            for (var number = now - Steps + 1; number <= now; number++)
            {
                var step = steps[number % Steps];
                var counts = step.Number == number ? step.Outcomes : [0, 0, 0];
                ended.Add(new(DateTimeOffset.FromUnixTimeSeconds(number * StepSeconds), counts[0], counts[1], counts[2]));
            }

            var durations = new long[Classes];
            foreach (var step in steps.Where(step => step.Number > now - StepsOfDurations))
            {
                for (var index = 0; index < Classes; index++)
                    durations[index] += step.Durations[index];
            }

            return new(ended.TakeLast(60 / StepSeconds).Sum(step => step.Confirmed + step.Rejected + step.Cancelled), Percentile(durations, 0.5), Percentile(durations, 0.99), ended);
        }
    }

    private long Now() => StepOf(clock.GetUtcNow());

    private static long StepOf(DateTimeOffset instant) => instant.ToUnixTimeSeconds() / StepSeconds;

    private Step StepAt(long number)
    {
        var step = steps[number % Steps];
        if (step.Number != number)
        {
            step.Number = number;
            Array.Clear(step.Outcomes);
            Array.Clear(step.Durations);
        }

        return step;
    }

    private static int ClassOf(double seconds) => Math.Clamp((int)Math.Ceiling(Math.Log(Math.Max(seconds, 0.001) / 0.001, Growth)), 0, Classes - 1);

    private static double? Percentile(long[] durations, double share)
    {
        var left = (long)Math.Ceiling(durations.Sum() * share);
        if (left == 0)
            return null;
        var index = 0;
        while ((left -= durations[index]) > 0)
            index++;
        // In the middle of its class.
        return Math.Round(0.001 * Math.Pow(Growth, index - 0.5), 4);
    }

    private sealed class Step
    {
        public long Number { get; set; } = -1;

        public int[] Outcomes { get; } = new int[3];

        public int[] Durations { get; } = new int[Classes];
    }
}
