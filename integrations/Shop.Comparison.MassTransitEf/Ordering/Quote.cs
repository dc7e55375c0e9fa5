using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Shop.Contracts;

namespace Shop.Comparison.Ordering;

/// <summary>The order service's copy of a product's price.</summary>
public sealed class Quote
{
    public required string Sku { get; init; }

    public required string Currency { get; set; }

    public required long UnitPriceMinor { get; set; }

    public required long Revision { get; set; }
}

internal sealed class QuoteMap : IEntityTypeConfiguration<Quote>
{
    public void Configure(EntityTypeBuilder<Quote> builder) => builder.HasKey(quote => quote.Sku);
}

public sealed class ProductPricedConsumer(ShopDb db) : IConsumer<ProductPriced>
{
    public async Task Consume(ConsumeContext<ProductPriced> context)
    {
        var priced = context.Message;
        var quote = await db.Quotes.FindAsync([priced.Sku], context.CancellationToken);
        if (quote is null)
        {
            db.Quotes.Add(new() { Sku = priced.Sku, Currency = priced.Currency, UnitPriceMinor = priced.UnitPriceMinor, Revision = priced.Revision });
        }
        else if (priced.Revision > quote.Revision)
        {
            quote.Currency = priced.Currency;
            quote.UnitPriceMinor = priced.UnitPriceMinor;
            quote.Revision = priced.Revision;
        }
    }
}
