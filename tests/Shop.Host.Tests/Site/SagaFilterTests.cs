using System.Globalization;
using Shop.Storefront.Clients.Sagas;

namespace Shop.Host.Tests.Site;

/// <summary>What an operator looks for, as an address.</summary>
public sealed class SagaFilterTests
{
    [Theory]
    [InlineData("12.34", "1234")]
    [InlineData("999999999999999999999", "100000000000000")]
    [InlineData("79228162514264337593543950335", "100000000000000")]
    [InlineData("-5", "0")]
    public void An_amount_that_no_order_has_is_cut_to_what_the_service_takes(string typed, string minor)
    {
        var amount = decimal.Parse(typed, CultureInfo.InvariantCulture);

        new SagaFilter { MinTotal = amount, MaxTotal = amount }.ToQuery().ShouldBe($"minTotalMinor={minor}&maxTotalMinor={minor}");
    }

    [Fact]
    public void An_address_is_read_as_it_was_written()
    {
        var filter = new SagaFilter { State = "trying,confirming", MinTotal = 0.5m, CustomerId = "c 1" };

        var read = SagaFilter.Of(new($"http://shop.example/console/sagas?{filter.ToQuery()}"));

        read.ToQuery().ShouldBe(filter.ToQuery());
        read.State.ShouldBe("trying,confirming");
    }
}
