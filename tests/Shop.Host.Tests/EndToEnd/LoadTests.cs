using System.Text.Json;
using Shop.Load;
using Shop.Tests;
using Xunit.Abstractions;

namespace Shop.Host.Tests.EndToEnd;

public sealed class LoadTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Shop_Load_places_two_hundred_orders_without_an_error_and_writes_its_report()
    {
        using var folder = new TempFolder();
        await using var shop = await RunningShop.StartAsync();
        using var text = new StringWriter();
        using var errors = new StringWriter();

        var exitCode = await LoadCommand.RunAsync(
            ["--url", shop.Application.Url, "--token", shop.Application.Services.OperatorToken(), "--orders", "200", "--warmup", "20", "--concurrency", "16", "--skus", "20", "--json", folder.Under("load.json")], text, errors);

        output.WriteLine($"{text}{errors}");
        exitCode.ShouldBe(0);
        var report = JsonElement.Parse(await File.ReadAllTextAsync(folder.Under("load.json")));
        foreach (var field in new[] { "ordersPerSecond", "p50Ms", "p90Ms", "p99Ms", "maxMs", "commitsPerOrder", "writeSetsPerCommit", "messagesPerOrder" })
            report.GetProperty(field).GetDouble().ShouldBeGreaterThan(0, field);
        report.GetProperty("errors").GetInt32().ShouldBe(0);
        (report.GetProperty("confirmed").GetInt32() + report.GetProperty("rejected").GetInt32()).ShouldBe(200);
        report.GetProperty("rejected").GetInt32().ShouldBeInRange(5, 60);
        await shop.StopAndAuditAsync();
    }
}
