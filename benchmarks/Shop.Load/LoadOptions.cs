namespace Shop.Load;

/// <summary>What to place, and how hard.</summary>
public sealed record LoadOptions
{
    public required Uri Url { get; init; }

    /// <summary>E-mail address of an operator, who may list products and whom no limit counts.</summary>
    public string User { get; init; } = "operator@example.com";

    public string Password { get; init; } = "Shop-demo-1";

    /// <summary>An access token of an operator; null: <see cref="User"/> gets one.</summary>
    public string? Token { get; init; }

    /// <summary>Orders that are measured.</summary>
    public required int Orders { get; init; }

    /// <summary>Orders placed before the measurement, which are not counted.</summary>
    public int WarmupOrders { get; init; }

    /// <summary>Buyers at work at the same time; each places its next order when the last one has ended.</summary>
    public required int Concurrency { get; init; }

    /// <summary>Share of the orders that pay with a declined card, from 0 to 1.</summary>
    public double DeclinedShare { get; init; }

    /// <summary>Products bought from, <c>LOAD-0000</c> and on.</summary>
    public int Skus { get; init; } = 1_000;

    /// <summary>An order has 1 to this many lines of different products.</summary>
    public int LinesMax { get; init; } = 3;

    /// <summary>Same seed, same orders.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>How long one answer may take before it counts as an error.</summary>
    public int TimeoutSeconds { get; init; } = 60;
}
