namespace Shop.Contracts;

/// <summary>An amount in integer minor units of one ISO 4217 currency.</summary>
public readonly record struct Money(long AmountMinor, string Currency)
{
    /// <summary>Adds amounts of one currency.</summary>
    /// <exception cref="InvalidOperationException">The currencies differ.</exception>
    /// <exception cref="OverflowException">The sum does not fit 64 bits.</exception>
    public static Money operator +(Money left, Money right) =>
        left.Currency == right.Currency
            ? left with { AmountMinor = checked(left.AmountMinor + right.AmountMinor) }
            : throw new InvalidOperationException($"Cannot add {right.Currency} to {left.Currency}.");

    public static Money Add(Money left, Money right) => left + right;

    /// <summary>
    /// Splits the amount in proportion to <paramref name="weights"/> by largest remainder: the parts sum exactly to the
    /// whole, and no part is more than one minor unit from its exact share. Ties go to the earlier part.
    /// </summary>
    /// <exception cref="ArgumentException">No weight is positive, or one is negative.</exception>
    public IReadOnlyList<Money> Allocate(IReadOnlyList<long> weights)
    {
        if (weights.Any(weight => weight < 0) || !weights.Any(weight => weight > 0))
            throw new ArgumentException("Weights must not be negative and at least one must be positive.", nameof(weights));

        var total = weights.Aggregate(Int128.Zero, (sum, weight) => sum + weight);
        var sign = Math.Sign(AmountMinor);
        var amount = Int128.Abs(AmountMinor);
        var shares = weights.Select((weight, index) => (index, floor: amount * weight / total, remainder: amount * weight % total)).ToArray();
        var left = (int)(amount - shares.Aggregate(Int128.Zero, (sum, share) => sum + share.floor));
        var lucky = shares.OrderByDescending(share => share.remainder).ThenBy(share => share.index).Take(left).Select(share => share.index).ToHashSet();

        var currency = Currency;
        return [.. shares.Select(share => new Money(sign * ((long)share.floor + (lucky.Contains(share.index) ? 1 : 0)), currency))];
    }
}
