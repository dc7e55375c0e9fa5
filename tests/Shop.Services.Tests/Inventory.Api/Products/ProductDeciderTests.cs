using Shop.Contracts;
using Shop.EventSourcing;

namespace Shop.Inventory.Tests;

public sealed class ProductDeciderTests
{
    private static readonly ProductCommand.List Heart = new("85123a", "White heart", "T-light holder", 255, "GBP", 40);
    private static readonly Product Listed = Given(Decide(Heart, Product.Aggregate.Initial));

    [Fact]
    public void Listing_a_product_announces_its_price()
    {
        Decide(Heart, Product.Aggregate.Initial).ShouldBe([new ProductEvent.Listed("85123a", "White heart", "T-light holder", 255, "GBP", 40)]);
        ProductDecider.Announce(Product.Aggregate.Initial, Listed).ShouldBe(
            new ProductPriced { Sku = "85123a", Name = "White heart", UnitPriceMinor = 255, Currency = "GBP", Revision = 1 });
    }

    [Fact]
    public void Listing_the_same_again_changes_nothing() => Decide(Heart, Listed).ShouldBeEmpty();

    [Theory]
    [MemberData(nameof(OtherContent))]
    public void Listing_it_with_other_content_tells_what_to_use_instead(ProductCommand.List other)
    {
        var refusal = Should.Throw<DomainException>(() => Decide(other, Listed));

        (refusal.Conflict, refusal.Code).ShouldBe((true, "product-already-listed"));
        refusal.Message.ShouldContain("PUT /products/{sku}");
        refusal.Message.ShouldContain("POST /products/{sku}/price");
    }

    public static TheoryData<ProductCommand.List> OtherContent =>
        [Heart with { Name = "Heart" }, Heart with { Description = "" }, Heart with { UnitPriceMinor = 256 }, Heart with { Currency = "EUR" }, Heart with { InitialStock = 41 }];

    [Fact]
    public void A_new_price_or_name_is_announced_with_a_greater_revision_and_a_new_description_is_not()
    {
        var dearer = Given(Listed, Decide(new ProductCommand.ChangePrice(300, "GBP"), Listed));
        ProductDecider.Announce(Listed, dearer).ShouldBe(new ProductPriced { Sku = "85123a", Name = "White heart", UnitPriceMinor = 300, Currency = "GBP", Revision = 2 });

        var described = Given(dearer, Decide(new ProductCommand.ChangeDetails("White heart", "Holds one"), dearer));
        ProductDecider.Announce(dearer, described).ShouldBeNull();

        var renamed = Given(described, Decide(new ProductCommand.ChangeDetails("Heart", "Holds one"), described));
        ProductDecider.Announce(described, renamed).ShouldBe(new ProductPriced { Sku = "85123a", Name = "Heart", UnitPriceMinor = 300, Currency = "GBP", Revision = 4 });
    }

    [Fact]
    public void The_same_price_or_details_change_nothing()
    {
        Decide(new ProductCommand.ChangePrice(255, "GBP"), Listed).ShouldBeEmpty();
        Decide(new ProductCommand.ChangeDetails("White heart", "T-light holder"), Listed).ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_wrong_field_is_named(ProductCommand command, string field)
    {
        var refusal = Should.Throw<DomainException>(() => Decide(command, Listed));

        (refusal.Conflict, refusal.Field).ShouldBe((false, field));
        refusal.Message.ShouldStartWith(field);
    }

    public static TheoryData<ProductCommand, string> Wrong => new()
    {
        { Heart with { Sku = "" }, "sku" },
        { Heart with { Sku = null! }, "sku" },
        { Heart with { Sku = " 85123a" }, "sku" },
        { Heart with { Sku = "85/123" }, "sku" },
        { Heart with { Sku = ".." }, "sku" },
        { Heart with { Sku = new('x', 65) }, "sku" },
        { Heart with { Name = " " }, "name" },
        { Heart with { Name = null! }, "name" },
        { Heart with { Description = new('x', 2_001) }, "description" },
        { Heart with { UnitPriceMinor = 0 }, "unitPriceMinor" },
        { Heart with { Currency = "gbp" }, "currency" },
        { Heart with { Currency = null! }, "currency" },
        { Heart with { InitialStock = -1 }, "initialStock" },
        { new ProductCommand.ChangePrice(-1, "GBP"), "unitPriceMinor" },
        { new ProductCommand.ChangeDetails("", ""), "name" },
    };

    [Fact]
    public void An_unlisted_product_has_no_price_to_change() =>
        Should.Throw<DomainException>(() => Decide(new ProductCommand.ChangePrice(300, "GBP"), Product.Aggregate.Initial)).Code.ShouldBe("product-not-listed");

    private static IReadOnlyList<ProductEvent> Decide(ProductCommand command, Product state) => ProductDecider.Decide(command, state);

    private static Product Given(IEnumerable<ProductEvent> events) => Product.Aggregate.Fold(events);

    private static Product Given(Product state, IEnumerable<ProductEvent> events) => events.Aggregate(state, Product.Aggregate.Evolve);
}
