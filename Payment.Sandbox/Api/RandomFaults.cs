namespace Shop.PaymentSandbox.Api;

/// <summary>Draws the configured share of faults. The sequence is the seed's; which request meets which fault depends on their order.</summary>
internal sealed class RandomFaults(FaultOptions options)
{
    private readonly Lock _gate = new();
    private readonly Random _random = new(options.Seed);

    public FaultKind Next()
    {
        if (options.Fraction <= 0) return FaultKind.None;
        lock (_gate)
        {
            return _random.NextDouble() < options.Fraction ? options.Kinds[_random.Next(options.Kinds.Length)] : FaultKind.None;
        }
    }
}
