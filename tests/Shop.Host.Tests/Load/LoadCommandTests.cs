using System.Text.Json;
using Shop.Load;

namespace Shop.Host.Tests.Load;

public sealed class LoadCommandTests
{
    [Fact]
    public async Task A_run_places_each_order_once_and_reports_what_the_server_counted()
    {
        await using var shop = await StubShop.StartAsync();
        var file = Path.Combine(Path.GetTempPath(), $"load-{Guid.CreateVersion7():N}.json");
        try
        {
            var (exitCode, output, errors) = await RunAsync(
                "--url", shop.Url, "--orders", "300", "--warmup", "20", "--concurrency", "8", "--skus", "10", "--json", file);

            exitCode.ShouldBe(0, output + errors);
            shop.Placed.Count.ShouldBe(300 + 20 + 3);
            shop.Authorizations.Keys.ShouldBe(["Bearer token of operator@example.com"]);
            shop.Placed.Values.ShouldAllBe(count => count == 1);
            shop.Stock.Count.ShouldBe(10);
            using var report = JsonDocument.Parse(await File.ReadAllTextAsync(file));
            var confirmed = report.RootElement.GetProperty("confirmed").GetInt32();
            var rejected = report.RootElement.GetProperty("rejected").GetInt32();
            (confirmed + rejected).ShouldBe(300);
            rejected.ShouldBeInRange(10, 60);
            report.RootElement.GetProperty("errors").GetInt32().ShouldBe(0);
            report.RootElement.GetProperty("commitsPerOrder").GetDouble().ShouldBe(4);
            report.RootElement.GetProperty("writeSetsPerCommit").GetDouble().ShouldBe(3);
            report.RootElement.GetProperty("messagesPerOrder").GetDouble().ShouldBe(10);
            report.RootElement.GetProperty("ordersPerSecond").GetDouble().ShouldBePositive();
            foreach (var name in new[] { "p50Ms", "p90Ms", "p99Ms", "maxMs" })
                report.RootElement.GetProperty(name).GetDouble().ShouldBePositive();
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task Nothing_is_measured_while_the_shop_warms_up()
    {
        await using var shop = await StubShop.StartAsync(warmUpAnswers: 2);

        var (exitCode, output, _) = await RunAsync("--url", shop.Url, "--orders", "5", "--warmup", "0", "--concurrency", "1", "--skus", "1");

        exitCode.ShouldBe(0);
        output.ShouldStartWith("Waiting until the shop has warmed up.");
        output.Split("Waiting").Length.ShouldBe(2);
    }

    [Fact]
    public async Task A_second_run_with_the_same_seed_places_new_orders_and_receives_stock_for_them()
    {
        await using var shop = await StubShop.StartAsync();
        var arguments = new[] { "--url", shop.Url, "--orders", "30", "--warmup", "0", "--concurrency", "4", "--skus", "3" };

        await RunAsync(arguments);
        var stockAfterOne = shop.Stock.Values.Sum();
        await RunAsync(arguments);

        shop.Placed.Count.ShouldBe(2 * (30 + 3));
        shop.Stock.Values.Sum().ShouldBe(2 * stockAfterOne);
    }

    [Fact]
    public async Task Who_the_shop_does_not_know_is_told_so()
    {
        await using var shop = await StubShop.StartAsync();

        var (exitCode, _, errors) = await RunAsync("--url", shop.Url, "--user", "ann@example.com", "--password", "wrong");

        exitCode.ShouldBe(1);
        errors.ShouldContain("ann@example.com answered 401");
        errors.ShouldContain("--user and --password");
        shop.Placed.ShouldBeEmpty();
    }

    [Fact]
    public async Task Other_answers_are_errors_and_are_shown()
    {
        await using var shop = await StubShop.StartAsync(failAfter: 1 + 1 + 90);

        var (exitCode, output, _) = await RunAsync(
            "--url", shop.Url, "--orders", "100", "--warmup", "0", "--concurrency", "4", "--skus", "1", "--lines-max", "1");

        exitCode.ShouldBe(1);
        output.ShouldContain("10 errors");
        output.ShouldContain("Broken on purpose.");
    }

    [Theory]
    [InlineData("--concurrency must be at least 1", "--concurrency", "0")]
    [InlineData("--decline must be between 0 and 1", "--decline", "2")]
    [InlineData("--url must be an absolute http URL", "--url", "localhost")]
    [InlineData("--colour", "--colour", "red")]
    public async Task A_wrong_option_is_one_clear_line_and_exit_code_2(string message, params string[] arguments)
    {
        var (exitCode, _, errors) = await RunAsync(arguments);

        exitCode.ShouldBe(2);
        errors.ShouldContain(message);
        errors.Trim().ShouldNotContain('\n');
    }

    [Fact]
    public async Task A_shop_that_does_not_answer_is_said_so()
    {
        var (exitCode, _, errors) = await RunAsync("--url", "http://127.0.0.1:1", "--orders", "1");

        exitCode.ShouldBe(1);
        errors.ShouldContain("127.0.0.1:1");
    }

    private static async Task<(int ExitCode, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var exitCode = await LoadCommand.RunAsync(arguments, output, errors);
        return (exitCode, output.ToString(), errors.ToString());
    }
}
