using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Data.Sqlite;
using Shop.TestServers;
using Xunit.Abstractions;

namespace Shop.Host.Tests.EndToEnd;

/// <summary>The real process, as a person at a terminal meets it.</summary>
[Collection(ProcessesCollection.Name)]
public sealed class CommandLineTests(ITestOutputHelper output)
{
    [Fact]
    public async Task What_it_prints_can_be_pasted_and_ctrl_c_stops_it()
    {
        using var folder = new TempFolder();
        await using var host = HostProcess.Start("--urls", HostProcess.UrlOf(Ports.Free()), "--data", folder.Path);
        await host.UntilOpenAsync();
        output.WriteLine(string.Join('\n', host.Output));

        host.Output.Count(line => line.StartsWith("Shop is open at ", StringComparison.Ordinal)).ShouldBe(1);
        host.Output.ShouldContain(line => line.Contains(folder.Path, StringComparison.Ordinal));
        var answers = new List<string>();
        var token = host.Output.Single(line => line.StartsWith("TOKEN=", StringComparison.Ordinal));
        foreach (var line in host.Output.Where(line => line.StartsWith("curl ", StringComparison.Ordinal)))
        {
            var pasted = Stopwatch.GetTimestamp();
            answers.Add(await PasteAsync($"{token}\n{line}"));
            output.WriteLine($"answered in {Stopwatch.GetElapsedTime(pasted).TotalMilliseconds:0} ms");
        }

        answers.Count.ShouldBe(3);
        answers[0].ShouldContain("\"status\":\"confirmed\"");
        answers[1].ShouldContain("\"status\":\"rejected\"");
        answers[2].ShouldContain("\"items\":[{");
        foreach (var page in host.Output.Select(LinkOf).OfType<string>())
            (await PasteAsync($"curl -sLf -o /dev/null -w '%{{http_code}}' {page}")).ShouldBe("200", page);

        var started = Stopwatch.GetTimestamp();
        (await host.InterruptAsync()).ShouldBe(0);
        output.WriteLine($"Stopped in {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s.");
        host.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task Help_lists_every_option_and_command()
    {
        var (exitCode, text, errors) = await HostProcess.RunAsync("--help");

        exitCode.ShouldBe(0);
        errors.ShouldBeEmpty();
        foreach (var word in new[] { "--urls", "--data", "--no-seed", "--help", "--version", "replay", "audit", "verify", "archive", "erase", "what-if", "migrate", "load" })
            text.ShouldContain(word);
    }

    [Theory]
    [InlineData("--colour", "--colour", "red")]
    [InlineData("--urls 'nonsense' is not an address", "--urls", "nonsense")]
    [InlineData("--urls 'http://127.0.0.1:port' is not an address", "--urls", "http://127.0.0.1:port")]
    [InlineData("FILE", "replay")]
    [InlineData("Say either --older-than DAYS", "archive")]
    [InlineData("Say either --older-than DAYS", "archive", "--restore", "--older-than", "3")]
    [InlineData("no-such-file.csv does not exist", "replay", "no-such-file.csv")]
    public async Task What_cannot_run_is_one_clear_line_and_exit_code_2(string message, params string[] arguments)
    {
        using var folder = new TempFolder();

        await ShouldRefuseAsync(message, [.. arguments, "--data", folder.Under("data")]);
    }

    [Fact]
    public async Task A_port_or_a_data_folder_in_use_is_named()
    {
        using var folder = new TempFolder();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var taken = ((IPEndPoint)listener.LocalEndpoint).Port;
        await ShouldRefuseAsync(string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{taken}"), "--urls", HostProcess.UrlOf(taken), "--data", folder.Under("port"));

        await using var shop = await RunningShop.StartAsync();
        await ShouldRefuseAsync($"Another shop runs on the data folder {shop.Application.Data}", "--urls", "http://127.0.0.1:0", "--data", shop.Application.Data);
        await File.WriteAllTextAsync(folder.Under("file"), "not a folder");
        await ShouldRefuseAsync($"{folder.Under("file")} cannot be used", "--data", folder.Under("file"));
    }

    [Fact]
    public async Task A_malformed_file_is_refused_by_line()
    {
        using var folder = new TempFolder();
        var file = folder.Under("orders.csv");
        await File.WriteAllTextAsync(file, "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n1,A,NAME,many,2010-12-01 08:26:00,1,,UK\n");

        await ShouldRefuseAsync("Line 2: Quantity must be a whole number, but is 'many'", "replay", file, "--data", folder.Under("data"));
        Directory.Exists(folder.Under("data")).ShouldBeFalse("nothing was done yet");
    }

    [Fact]
    public async Task An_audit_finds_what_somebody_changed_in_a_store()
    {
        using var folder = new TempFolder();
        await ShouldRefuseAsync("does not exist", "audit", "--data", folder.Path);
        await using (var shop = await ShopApplication.StartAsync(new("http://127.0.0.1:0", folder.Path, Seed: false)))
        {
            using var client = ShopClient.OperatorOf(shop);
            await client.ListProductAsync("TAMPERED", 10);
            (await client.PlaceAsync(new("TAMPERED", 2))).OrderStatus.ShouldBe("confirmed");
            await Quiet.WaitAsync(shop.Services);
        }

        var (exitCode, text, errors) = await HostProcess.RunAsync("audit", "--data", folder.Path);
        exitCode.ShouldBe(0, text);
        text.ShouldContain("Audit clean");
        errors.ShouldBeEmpty();

        await TamperAsync(folder.Under("inventory.db"), "UPDATE stock_levels SET on_hand = on_hand + 1, available = available + 1, received = received + 1");
        (exitCode, text, _) = await HostProcess.RunAsync("audit", "--data", folder.Path);
        output.WriteLine(text);
        exitCode.ShouldBe(1);
        text.ShouldContain("stock_levels");
        text.ShouldContain("TAMPERED");

        await TamperAsync(folder.Under("payment.db"), "DELETE FROM events WHERE position = (SELECT max(position) FROM events)");
        (exitCode, text, _) = await HostProcess.RunAsync("audit", "--data", folder.Path);
        output.WriteLine(text);
        exitCode.ShouldBe(1);
        text.ShouldContain("store payment, read model payments");

        await TamperAsync(folder.Under("order.db"), "DELETE FROM events WHERE position = 1");
        (exitCode, text, _) = await HostProcess.RunAsync("audit", "--data", folder.Path);
        exitCode.ShouldBe(1);
        text.ShouldContain("store order, log: expected position 1, found position 2");
    }

    private static async Task ShouldRefuseAsync(string message, params string[] arguments)
    {
        var (exitCode, _, errors) = await HostProcess.RunAsync(arguments);
        errors.ShouldHaveSingleItem().ShouldContain(message);
        exitCode.ShouldBe(2);
    }

    private static async Task TamperAsync(string store, string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={store};Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        (await command.ExecuteNonQueryAsync()).ShouldBe(1);
    }

    private static string? LinkOf(string line)
    {
        var start = line.IndexOf("http://", StringComparison.Ordinal);
        return line.StartsWith("  ", StringComparison.Ordinal) && start >= 0 ? line[start..].Split(' ')[0] : null;
    }

    private static async Task<string> PasteAsync(string line)
    {
        using var bash = Process.Start(new ProcessStartInfo("bash", ["-c", line]) { RedirectStandardOutput = true })!;
        var answer = await bash.StandardOutput.ReadToEndAsync();
        await bash.WaitForExitAsync();
        bash.ExitCode.ShouldBe(0, line);
        return answer;
    }
}
