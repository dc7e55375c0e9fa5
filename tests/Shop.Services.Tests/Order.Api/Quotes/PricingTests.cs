using System.Text.Json;
using Shop.EventSourcing;

namespace Shop.Ordering.Tests;

public sealed class PricingTests
{
    private static readonly QuotedProduct Pounds = new QuotedProduct.Quoted(250, "GBP", 1);
    private static readonly QuotedProduct Euros = new QuotedProduct.Quoted(300, "EUR", 1);

    [Fact]
    public void Without_a_price_the_quote_is_taken() => Price(new RequestedLine("A", 2, null)).Lines.ShouldBe([new("A", 2, 250)]);

    [Fact]
    public void The_price_seen_is_the_price_paid() => Price(new RequestedLine("A", 2, 250)).Lines.ShouldBe([new("A", 2, 250)]);

    [Fact]
    public void A_lower_price_is_passed_on() => Price(new RequestedLine("A", 2, 251)).Lines.ShouldBe([new("A", 2, 250)]);

    [Fact]
    public void Price_changed_since_the_cart_is_answered_with_the_new_quote()
    {
        var refusal = Should.Throw<DomainException>(() => Price(new("A", 2, 249), new("B", 1, null)));

        refusal.Code.ShouldBe("price-changed");
        refusal.Conflict.ShouldBeTrue();
        JsonSerializer.Serialize(refusal.Details["quote"]).ShouldBe(
            """{"lines":[{"sku":"A","quantity":2,"unitPriceMinor":250,"lineTotalMinor":500},{"sku":"B","quantity":1,"unitPriceMinor":250,"lineTotalMinor":250}],"currency":"GBP","totalMinor":750}""");
    }

    [Fact]
    public void An_unknown_product_is_named_by_its_line()
    {
        var refusal = Should.Throw<DomainException>(() => Pricing.Price([new("A", 1, null), new("X", 1, null)], [Pounds, QuotedProduct.Initial], null));
        refusal.Field.ShouldBe("lines[1].sku");
        refusal.Conflict.ShouldBeFalse();
    }

    [Fact]
    public void All_lines_have_one_currency()
    {
        Should.Throw<DomainException>(() => Pricing.Price([new("A", 1, null), new("E", 1, null)], [Pounds, Euros], null)).Field.ShouldBe("lines[1].sku");
        Should.Throw<DomainException>(() => Pricing.Price([new("A", 1, null)], [Pounds], "EUR")).Field.ShouldBe("lines[0].sku");
        Pricing.Price([new("E", 1, null)], [Euros], "EUR").Currency.ShouldBe("EUR");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_late_or_repeated_revision_of_a_price_is_ignored(long revision)
    {
        var known = QuotedProduct.Evolve(QuotedProduct.Initial, new QuotedProductEvent.Quoted("A", "Apple", 250, "GBP", 2, DateTimeOffset.UnixEpoch));
        QuotedProductDecider.Decide(new("A", "Apple", 1, "GBP", revision, DateTimeOffset.UnixEpoch), known).ShouldBeEmpty();
    }

    [Fact]
    public void A_newer_revision_of_a_price_is_learned()
    {
        var learn = new LearnPrice("A", "Apple", 260, "GBP", 2, DateTimeOffset.UnixEpoch);
        foreach (var state in new[] { QuotedProduct.Initial, Pounds })
            QuotedProductDecider.Decide(learn, state).ShouldBe([new QuotedProductEvent.Quoted("A", "Apple", 260, "GBP", 2, DateTimeOffset.UnixEpoch)]);
    }

    private static (IReadOnlyList<OrderEvent.Line> Lines, string Currency) Price(params RequestedLine[] lines)
    {
        var (priced, currency) = Pricing.Price(lines, [.. lines.Select(_ => Pounds)], null);
        return (priced, currency);
    }
}
