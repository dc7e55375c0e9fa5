namespace Shop.Ordering;

/// <summary>The catalogue listed a product or changed it.</summary>
public sealed record LearnPrice(string Sku, string Name, long UnitPriceMinor, string Currency, long Revision, DateTimeOffset At);

public static class QuotedProductDecider
{
    /// <summary>Only a newer revision counts: messages may be late or repeated.</summary>
    public static IReadOnlyList<QuotedProductEvent> Decide(LearnPrice command, QuotedProduct state) =>
        state is QuotedProduct.Quoted known && known.Revision >= command.Revision
            ? []
            : [new QuotedProductEvent.Quoted(command.Sku, command.Name, command.UnitPriceMinor, command.Currency, command.Revision, command.At)];
}
