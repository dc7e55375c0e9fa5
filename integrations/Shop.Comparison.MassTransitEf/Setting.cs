using System.Data;
using MassTransit;

namespace Shop.Comparison;

/// <summary>How the same application is configured.</summary>
public sealed record Setting
{
    /// <summary>
    /// The pages "Transactional Outbox", "Entity Framework" and "Saga Guidance" of MassTransit's documentation as they stand; the
    /// query delay is that of its sample of the outbox. On PostgreSQL, deliveries side by side then fail with 40001, and some of the
    /// failures stop the delivery for 3 to 30 seconds: this is there to be tried.
    /// </summary>
    private static readonly Setting Documented = new()
    {
        Name = "documented",
        Isolation = IsolationLevel.RepeatableRead,
        SagaConcurrency = ConcurrencyMode.Pessimistic,
        QueryDelayMs = 1_000,
        RetryPausesMs = [100, 500, 1_000, 1_000, 1_000, 1_000, 1_000],
        SagaConcurrencyLimit = 20,
    };

    /// <summary>The same at the isolation level that PostgreSQL's users of the outbox end up with.</summary>
    private static readonly Setting Recommended = Documented with { Name = "recommended", Isolation = IsolationLevel.ReadCommitted };

    /// <summary>What an expert would change after measuring it.</summary>
    private static readonly Setting Tuned = new()
    {
        Name = "tuned",
        Isolation = IsolationLevel.ReadCommitted,
        SagaConcurrency = ConcurrencyMode.Optimistic,
        QueryDelayMs = 100,
        RetryPausesMs = [5, 10, 20, 50, 100, 200, 500, 1_000],
        SagaConcurrencyLimit = 16,
        ServiceConcurrencyLimit = 12,
        DeliveryLimit = 50,
        ConsumerDeliveryLimit = 100,
        LeanDatabase = true,
    };

    public static IReadOnlyList<Setting> All { get; } = [Documented, Recommended, Tuned];

    public required string Name { get; init; }

    /// <summary>Of the transactions of all consumers and of the delivery of the outbox.</summary>
    public required IsolationLevel Isolation { get; init; }

    /// <summary>Pessimistic locks the saga's row when it is read; optimistic checks <c>xmin</c> when it is written.</summary>
    public required ConcurrencyMode SagaConcurrency { get; init; }

    /// <summary>How long the outbox's delivery waits for a notification before it looks for itself.</summary>
    public required int QueryDelayMs { get; init; }

    public required int[] RetryPausesMs { get; init; }

    /// <summary>Messages that the saga handles at a time, and its partitions.</summary>
    public required int SagaConcurrencyLimit { get; init; }

    /// <summary>Messages that each service handles at a time; null: MassTransit's default.</summary>
    public int? ServiceConcurrencyLimit { get; init; }

    /// <summary>Messages that the outbox's delivery asks for at a time, ten in each transaction of its own; null: MassTransit's default.</summary>
    public int? DeliveryLimit { get; init; }

    /// <summary>Messages of one consumer that are delivered in one transaction; null: MassTransit's default, which is one.</summary>
    public int? ConsumerDeliveryLimit { get; init; }

    /// <summary>Contexts are pooled and set no savepoints; connections keep statements prepared and are not reset.</summary>
    public bool LeanDatabase { get; init; }

    public static Setting? Find(string name) => All.FirstOrDefault(setting => setting.Name == name);
}
