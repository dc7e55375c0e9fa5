using Shop.Host.Catalogue;

namespace Shop.Host.Tests.Catalogue;

public sealed class SeedCatalogueTests
{
    [Fact]
    public void It_lists_at_least_sixty_products_under_skus_of_their_own()
    {
        SeedCatalogue.Products.Count.ShouldBeGreaterThanOrEqualTo(60);
        SeedCatalogue.Products.Select(product => product.Sku).ShouldBeUnique();
        SeedCatalogue.Products.ShouldAllBe(product => product.Sku.All(character => char.IsAsciiLetterUpper(character) || char.IsAsciiDigit(character) || character == '-'));
    }

    [Fact]
    public void Every_product_can_be_bought()
    {
        SeedCatalogue.Products.ShouldAllBe(product => product.PriceMinor > 0 && product.InitialStock > 0);
    }

    [Fact]
    public void Every_product_has_a_name_of_its_own_and_one_sentence_about_it()
    {
        SeedCatalogue.Products.Select(product => product.Name).ShouldBeUnique();
        SeedCatalogue.Products.ShouldAllBe(product => product.Description.EndsWith('.') && product.Description.Count(character => character == '.') == 1);
    }
}
