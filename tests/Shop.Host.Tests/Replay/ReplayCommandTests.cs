using Shop.Host.Replay;
using Shop.Host.Tests.EndToEnd;
using Xunit.Abstractions;

namespace Shop.Host.Tests.Replay;

public sealed class ReplayCommandTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Replay_of_the_real_file_confirms_every_order_once_however_often_it_runs()
    {
        if (OnlineRetailData.Find() is not { } path)
        {
            output.WriteLine("Not checked: the Online Retail file is not here. Set SHOP_DATA to the folder that has online-retail-2010-12.csv.");
            return;
        }

        using var folder = new TempFolder();
        var first = await ReplayAsync(path, folder.Path);
        var ledger = await AuditCommand.AuditAsync(folder.Path);
        var second = await ReplayAsync(path, folder.Path);
        var ledgerAfter = await AuditCommand.AuditAsync(folder.Path);

        foreach (var line in new[]
        {
            "1,987 newly listed, 90,042 units received.", "423 of 423 orders have ended", "Orders of the file: 423 (423 placed now, 0 known from before)", "confirmed: 423", "Captured: GBP 183,961.83",
            "(largest order: 593)", "Stock sold: 90,042 units of 1,987 products", "Skipped: 89 invoices", "cancellation: 43",
            "non-positive quantity: 30", "non-positive price: 16", "Audit clean",
        })
        {
            first.ShouldContain(line);
        }

        second.ShouldContain("Orders of the file: 423 (0 placed now, 423 known from before)");
        second.ShouldContain("0 newly listed, 0 units received.");
        After(second, "Stock sold").ShouldBe(After(first, "Stock sold"));
        second.ShouldContain("Captured: GBP 183,961.83");
        ledgerAfter.Totals.KeptMinor["GBP"].ShouldBe(18_396_183);
        (ledgerAfter.Orders, ledgerAfter.Totals.ProviderIntents, ledgerAfter.Totals.Events).ShouldBe((423, 423, ledger.Totals.Events));
    }

    [Fact]
    public async Task Replay_says_why_orders_were_rejected()
    {
        using var folder = new TempFolder();
        var file = folder.Under("orders.csv");
        await WriteAsync(file, "1,A1,NAME,2");
        await ReplayAsync(file, folder.Under("data"));
        // The same units in all, so nothing is received for them a second time.
        await WriteAsync(file, "2,A1,NAME,1", "3,A1,NAME,1");

        var text = await ReplayAsync(file, folder.Under("data"));

        text.ShouldContain("  rejected: 2\n    2 × A1: wanted 1, available 0");
        text.ShouldContain("Audit clean");
    }

    [Fact]
    public async Task A_file_that_has_changed_since_it_was_replayed_is_refused_with_what_to_do()
    {
        using var folder = new TempFolder();
        var file = folder.Under("orders.csv");
        await WriteAsync(file, "1,A1,NAME,1");
        await ReplayAsync(file, folder.Under("data"));
        await WriteAsync(file, "1,A1,NAME,1", "2,A1,NAME,1");

        var refusal = await Should.ThrowAsync<StartException>(() => ReplayAsync(file, folder.Under("data")));

        refusal.Message.ShouldStartWith("orders.csv does not fit what these stores know. ");
        refusal.Message.ShouldContain("A1");
        refusal.Message.ShouldContain("give it another name");
    }

    private static Task WriteAsync(string file, params string[] lines) => File.WriteAllLinesAsync(
        file,
        ["InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country", .. lines.Select(line => $"{line},2010-12-01 08:26:00,1.5,,UK")]);

    private async Task<string> ReplayAsync(string path, string data)
    {
        using var text = new StringWriter();
        var exitCode = await ReplayCommand.RunAsync(path, data, text, CancellationToken.None);
        output.WriteLine(text.ToString());
        exitCode.ShouldBe(0);
        return text.ToString();
    }

    private static string After(string report, string start) => report.Split('\n').Single(line => line.StartsWith(start, StringComparison.Ordinal));
}
