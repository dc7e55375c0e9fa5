using Shop.Host.Replay;
using Xunit.Abstractions;

namespace Shop.Host.Tests.Replay;

/// <summary>The numbers were counted from the file by other means; see the README beside it.</summary>
public sealed class OnlineRetailTests(ITestOutputHelper output)
{
    [Fact]
    public void The_real_file_reads_as_it_was_counted_independently()
    {
        if (OnlineRetailData.Find() is not { } path)
        {
            output.WriteLine("Not checked: the Online Retail file is not here. Set SHOP_DATA to the folder that has online-retail-2010-12.csv.");
            return;
        }

        var file = RetailFile.Read(path);

        file.LineCount.ShouldBe(10_000);
        file.Invoices.Count.ShouldBe(512);
        file.Orders.Count.ShouldBe(423);
        file.Skipped(SkipReason.Cancellation).Count().ShouldBe(43);
        file.Skipped(SkipReason.NonPositiveQuantity).Count().ShouldBe(30);
        file.Skipped(SkipReason.NonPositivePrice).Count().ShouldBe(16);
        file.TotalMinor.ShouldBe(18_396_183);
        file.Products.Count.ShouldBe(1_987);
        file.Products.Sum(product => product.Units).ShouldBe(90_042);
        file.Products.ShouldAllBe(product => product.UnitPriceMinor > 0 && product.Name.Length > 0);
        file.Orders.Max(order => order.Lines.Count).ShouldBe(593);
        file.Orders.Count(order => order.CustomerId is null).ShouldBe(23);
    }
}
