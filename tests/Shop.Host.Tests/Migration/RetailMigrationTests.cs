using System.Globalization;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Shop.Audit;
using Shop.EventSourcing;
using Shop.EventSourcing.Storage;
using Shop.Host.Replay;
using Shop.Host.Tests.EndToEnd;
using Shop.Host.Tests.Past;
using Shop.Host.Tests.Replay;
using Xunit.Abstractions;

namespace Shop.Host.Tests.Migration;

public sealed class RetailMigrationTests(ITestOutputHelper output)
{
    private const int Ten = 10;

    [Fact]
    public async Task The_replay_of_the_real_file_answers_for_the_past_and_moves_house_with_every_order_and_penny()
    {
        if (OnlineRetailData.Find() is not { } path)
        {
            output.WriteLine("Not checked: the Online Retail file is not here. Set SHOP_DATA to the folder that has online-retail-2010-12.csv.");
            return;
        }

        using var folder = new TempFolder();
        (await ReplayCommand.RunAsync(path, folder.Path, TextWriter.Null, CancellationToken.None)).ShouldBe(0);
        await TenOrdersAtTenInstantsAsync(folder.Path);
        await using var databases = await TargetDatabases.StartAsync();
        var text = new StringWriter();

        (await MigrateCommand.RunAsync("sqlite", "postgres", folder.Path, databases.Configuration, text, CancellationToken.None)).ShouldBe(0);

        output.WriteLine(text.ToString());
        var before = await AuditCommand.AuditAsync(folder.Path);
        var after = await AuditCommand.AuditAsync(databases.Open, folder.Path, withoutProvider: false, CancellationToken.None);
        foreach (var report in new[] { before, after })
        {
            report.Violations.ShouldBeEmpty();
            (report.Orders, report.Totals.Confirmed, report.Totals.KeptMinor["GBP"]).ShouldBe((423, 423, 18_396_183));
        }

        AuditPrint(after).ShouldBe(AuditPrint(before));
        foreach (var definition in Stores.All)
        {
            await using var source = Stores.OpenSqlite(folder.Path, definition);
            await using var target = databases.Open(definition);
            Describe(await target.ReadLogAsync(0, int.MaxValue, default)).SequenceEqual(Describe(await source.ReadLogAsync(0, int.MaxValue, default))).ShouldBeTrue(definition.Name);
        }
    }

    /// <summary>Against a fold of the stored JSON of its own.</summary>
    private async Task TenOrdersAtTenInstantsAsync(string data)
    {
        await using var application = await ShopApplication.StartAsync(new("http://127.0.0.1:0", data, Seed: false));
        using var shop = ShopClient.OperatorOf(application);
        var logs = await OrderLogs.ReadAsync(application.Services.GetServices<EventStore>());
        var orders = Spread(logs.Orders);
        orders.Length.ShouldBe(Ten);
        var seen = new HashSet<string>();
        foreach (var order in orders)
        {
            var instants = Spread(logs.Instants(order));
            instants.Length.ShouldBe(Ten);
            foreach (var time in instants)
            {
                var at = (await shop.GetAsync($"/orders/{order}/at?time={Uri.EscapeDataString(time.ToString("O", CultureInfo.InvariantCulture))}")).ShouldBe(200);
                OrderThen.Of(at.Json).ToString().ShouldBe(logs.At(order, time).ToString(), $"{order} at {time:O}");
                seen.Add(string.Join(", ", OrderThen.Of(at.Json).Messages));
            }
        }

        output.WriteLine($"Under way at some instant: {string.Join(" | ", seen.Order(StringComparer.Ordinal))}");
        var middle = logs.Instants(orders[5])[3];
        var totals = (await shop.GetAsync($"/orders/totals?at={Uri.EscapeDataString(middle.ToString("O", CultureInfo.InvariantCulture))}")).ShouldBe(200);
        var confirmed = totals["items"].EnumerateArray().Single(total => total.GetProperty("status").GetString() == "confirmed");
        (confirmed.GetProperty("orders").GetInt32(), confirmed.GetProperty("totalMinor").GetInt64()).ShouldBe(logs.Totals(middle, "confirmed"));
    }

    /// <summary>Ten of them, from the first to the last.</summary>
    private static T[] Spread<T>(IReadOnlyList<T> all) => [.. Enumerable.Range(0, Ten).Select(index => all[index * (all.Count - 1) / (Ten - 1)]).Distinct()];

    private static string AuditPrint(AuditReport report)
    {
        var text = new StringWriter();
        report.Print(text);
        return text.ToString();
    }

    private static IEnumerable<string> Describe(IEnumerable<RecordedEvent> log) => log.Select(recorded =>
        $"{recorded.Position} {recorded.Stream} {recorded.Version} {recorded.Id} {recorded.Type} {Encoding.UTF8.GetString(recorded.Data)} {recorded.RecordedAt:O}");
}
