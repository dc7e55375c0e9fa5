using System.Collections.Concurrent;
using System.Diagnostics;
using Shop.PaymentSandbox;
using Shop.PaymentSandbox.Storage;

namespace Shop.Services.Tests.PaymentSandbox;

public sealed class DurabilityTests
{
    [Fact]
    public async Task The_ledger_and_its_keys_survive_a_restart()
    {
        await using var sandbox = await RunningSandbox.StartAsync();
        var first = await sandbox.Client.AuthorizeAsync("pm_card_visa", "key");
        var before = sandbox.Ledger;
        await sandbox.RestartAsync();

        sandbox.Ledger.ShouldBe(before);
        (await sandbox.Client.AuthorizeAsync("pm_card_visa", "key")).ShouldBe(first with { IsReplayed = true });
        (await sandbox.Client.CaptureAsync(first.Id)).State.ShouldBe("succeeded");
        (await sandbox.Client.AuthorizeAsync("pm_card_visa", "other")).Id.ShouldNotBe(first.Id);
        sandbox.Ledger.Count.ShouldBe(2);
    }

    [Fact]
    public void The_ledger_can_be_read_without_the_sandbox()
    {
        var folder = Directory.CreateTempSubdirectory("shop-sandbox-").FullName;
        var path = Path.Combine(folder, "ledger.db");
        Ledger.Open(path).Dispose();
        LedgerReader.ReadAll(path).ShouldBeEmpty();
        LedgerReader.Summarize(path).ShouldBeEmpty();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Work_that_fails_does_not_spoil_the_group_it_shares()
    {
        var folder = Directory.CreateTempSubdirectory("shop-sandbox-").FullName;
        var path = Path.Combine(folder, "ledger.db");
        using (var ledger = Ledger.Open(path))
        {
            // The first holds the writer until the others wait for it, so that those share a group.
            using var isQueued = new ManualResetEventSlim();
            var holding = ledger.ExecuteAsync(_ => isQueued.Wait(TimeSpan.FromMinutes(2)));
            var works = Enumerable.Range(0, 20).Select(at => ledger.ExecuteAsync(tables =>
            {
                tables.QueueWebhook([(byte)at], dueUnixMilliseconds: at);
                return at == 7 ? throw new InvalidOperationException("This one fails.") : at;
            })).ToList();
            isQueued.Set();
            (await holding).ShouldBeTrue();

            for (var at = 0; at < works.Count; at++)
            {
                if (at == 7) await Should.ThrowAsync<InvalidOperationException>(works[at]);
                else (await works[at]).ShouldBe(at);
            }
        }

        using var reopened = Ledger.Open(path);
        var queued = await reopened.ExecuteAsync(tables => tables.DueWebhooks(100, 100));
        queued.Select(webhook => (int)webhook.Body[0]).ShouldBe(Enumerable.Range(0, 20).Where(at => at != 7));
        reopened.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Killing_the_process_loses_nothing_acknowledged_and_doubles_nothing()
    {
        var folder = Directory.CreateTempSubdirectory("shop-sandbox-").FullName;
        var path = Path.Combine(folder, "ledger.db");
        var acknowledged = new ConcurrentDictionary<string, string>();
        for (var life = 0; life < 3; life++)
        {
            using var process = StartChild(path, out var url);
            using var client = RunningSandbox.ClientOf(url);
            var killed = KillAfterAsync(process, TimeSpan.FromMilliseconds(400), acknowledged);
            await Task.WhenAll(Enumerable.Range(0, 8).Select(buyer => BuyUntilKilledAsync(client, buyer, acknowledged)));
            await killed;
        }

        var records = LedgerReader.ReadAll(path);
        records.Select(record => record.IdempotencyKey).ShouldBeUnique();
        var intents = records.ToDictionary(record => record.IdempotencyKey!, record => record.IntentId);
        acknowledged.ShouldNotBeEmpty();
        foreach (var (key, intentId) in acknowledged) intents[key].ShouldBe(intentId);
        Directory.Delete(folder, recursive: true);
    }

    private static async Task BuyUntilKilledAsync(HttpClient client, int buyer, ConcurrentDictionary<string, string> acknowledged)
    {
        // Every life starts again with the first keys: those answered before must be answered the same.
        for (var at = 0; ; at++)
        {
            var key = $"{buyer}/{at}";
            try
            {
                var response = await client.AuthorizeAsync("pm_card_visa", key);
                acknowledged.GetOrAdd(key, response.Id).ShouldBe(response.Id);
            }
            catch (HttpRequestException)
            {
                return;
            }
        }
    }

    private static async Task KillAfterAsync(Process process, TimeSpan pause, ConcurrentDictionary<string, string> acknowledged)
    {
        await Task.Delay(pause);
        while (acknowledged.IsEmpty) await Task.Delay(10);
        process.Kill();
        await process.WaitForExitAsync();
    }

    private static Process StartChild(string path, out string url)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true };
        start.ArgumentList.Add(typeof(SandboxApplication).Assembly.Location);
        start.ArgumentList.Add($"--Sandbox:DataPath={path}");
        start.ArgumentList.Add("--Sandbox:Urls=http://127.0.0.1:0");
        var process = Process.Start(start)!;
        url = process.StandardOutput.ReadLine()!.Split(' ')[^1];
        return process;
    }
}
