using System.Text.Json;
using Shop.EventSourcing;

namespace Shop.Ordering;

/// <summary>What a shopper asks for. The price is the one that was shown; null takes today's.</summary>
public sealed record RequestedLine(string Sku, int Quantity, long? UnitPriceMinor);

public static class Pricing
{
    /// <summary>
    /// The lines at today's quotes. A shopper never pays more than was shown: a lower price is passed on, a higher one is
    /// refused with the new quote.
    /// </summary>
    /// <param name="quotes">Of each line, in the order of the lines.</param>
    /// <param name="currency">The currency that the shopper expects, or null.</param>
    /// <exception cref="DomainException">A product is unknown, currencies differ, or a price has risen.</exception>
    public static (IReadOnlyList<OrderEvent.Line> Lines, string Currency) Price(
        IReadOnlyList<RequestedLine> lines, IReadOnlyList<QuotedProduct> quotes, string? currency)
    {
        var priced = new OrderEvent.Line[lines.Count];
        var risen = false;
        var expected = currency;
        for (var i = 0; i < priced.Length; i++)
        {
            if (quotes[i] is not QuotedProduct.Quoted quote)
                throw new DomainException("unknown-sku", $"There is no product {lines[i].Sku}. Take the SKU from GET /products.") { Field = $"lines[{i}].sku" };
            expected ??= quote.Currency;
            if (quote.Currency != expected)
                throw MixedCurrencies(i, lines[i].Sku, quote.Currency, expected, chosen: currency is not null);
            risen |= lines[i].UnitPriceMinor < quote.UnitPriceMinor;
            priced[i] = new(lines[i].Sku, lines[i].Quantity, quote.UnitPriceMinor);
        }

        return risen ? throw PriceChanged(priced, expected!) : (priced, expected!);
    }

    private static DomainException MixedCurrencies(int index, string sku, string currency, string expected, bool chosen) => new(
        "mixed-currencies", $"{sku} is sold in {currency}, {(chosen ? "the order asks for" : "the first line")} {expected}. Place one order for each currency.")
    {
        Field = $"lines[{index}].sku",
    };

    private static DomainException PriceChanged(IReadOnlyList<OrderEvent.Line> lines, string currency)
    {
        var quote = new QuoteResponse(OrderLineResponse.Of(lines), currency, OrderRules.Total(lines));
        return new("price-changed", "A price has risen since it was shown. Show the new quote, and place the order again with its prices.", conflict: true)
        {
            Field = "lines",
            Details = new Dictionary<string, object?> { ["quote"] = JsonSerializer.SerializeToElement(quote, OrderingHttpJson.Default.QuoteResponse) },
        };
    }
}

/// <summary>Today's price of what was asked for.</summary>
public sealed record QuoteResponse(IReadOnlyList<OrderLineResponse> Lines, string Currency, long TotalMinor);
