using System.Security.Cryptography;
using Shop.EventSourcing.Proof;

namespace Shop.EventSourcing.Tests.Proof;

/// <summary>Seals themselves: who makes them, and what happens to those who tamper with them.</summary>
public abstract partial class ProofContract
{
    [Fact]
    public async Task The_log_is_sealed_in_commit_order_while_several_processes_write_and_seal()
    {
        await using var other = await OpenStoreAsync();
        await using var third = await OpenStoreAsync();
        using var stop = new CancellationTokenSource();
        EventStore[] stores = [store, other, third];
        var sealing = stores.Select(each => new Sealer(each, keys, null, TimeSpan.FromMilliseconds(5)).RunAsync(stop.Token)).ToList();

        await Task.WhenAll(Enumerable.Range(0, 12).Select(writer => Task.Run(async () =>
        {
            for (var number = 0; number < 25; number++)
            {
                await AddAsync(stores[writer % stores.Length], $"{writer % 5}", $"{writer}-{number}");
                if (number % 10 == 5)
                    (await VerifyAsync()).Findings.ShouldBeEmpty("also in the middle of it");
            }
        })));
        await stop.CancelAsync();
        foreach (var sealer in sealing)
            await Should.ThrowAsync<OperationCanceledException>(() => sealer);
        await SealAsync();

        var report = await VerifyAsync(heads: KeptHead());
        report.Findings.ShouldBeEmpty();
        (report.Events, report.SealedTo).ShouldBe((330, 330));
        report.Seals.ShouldBeGreaterThan(4);
    }

    [Fact]
    public async Task What_was_appended_since_the_last_seal_is_not_proved_but_may_have_no_gap()
    {
        for (var number = 0; number < 5; number++)
            await AddAsync(store, "a", $"late {number}");
        var report = await VerifyAsync(heads: KeptHead());
        (report.IsIntact, report.Events, report.SealedTo).ShouldBe((true, 35, 30));

        await ExecuteAsync("DELETE FROM events WHERE position = 33");
        await ShouldBeFoundAsync((TamperingKind.Deleted, 33, null));
        (await Should.ThrowAsync<TamperedLogException>(() => SealAsync())).Message.ShouldContain("no event at position 33");
    }

    [Fact]
    public async Task A_head_kept_elsewhere_tells_of_an_end_that_was_cut_off_with_its_seals()
    {
        await CutOffAsync(20);

        (await VerifyAsync()).IsIntact.ShouldBeTrue("nothing within the database can tell");
        var report = await VerifyAsync(heads: KeptHead());
        report.Findings.Select(finding => (finding.Kind, finding.Position)).ShouldBe([(TamperingKind.CutOff, 21L)]);
    }

    [Fact]
    public async Task Nothing_is_sealed_over_a_log_that_was_cut_off()
    {
        await CutOffAsync(20);
        await store.DisposeAsync();
        store = await OpenStoreAsync();
        for (var number = 0; number < 15; number++)
            await AddAsync(store, "b", $"again {number}");

        (await Should.ThrowAsync<TamperedLogException>(() => SealAsync())).Message.ShouldContain("lacks the seal at position 30");
        KeptHead().Position.ShouldBe(30);
    }

    [Fact]
    public async Task Seals_that_are_gone_are_found()
    {
        await ExecuteAsync("DELETE FROM seals WHERE last_position = 20");
        (await VerifyAsync()).Findings.Select(finding => (finding.Kind, finding.Position)).ShouldBe([(TamperingKind.SealMissing, 11L)]);

        await ExecuteAsync("DELETE FROM seals");
        (await VerifyAsync(heads: KeptHead())).Findings.Select(finding => (finding.Kind, finding.Position)).ShouldBe([(TamperingKind.SealMissing, 30L)]);
    }

    [Theory]
    [InlineData("hash = digests")]
    [InlineData("digests = (SELECT digests FROM seals WHERE last_position = 10)")]
    [InlineData("places = hash")]
    [InlineData("sealed_at = LATER")]
    public async Task A_seal_that_was_changed_is_found(string change)
    {
        await ExecuteAsync($"UPDATE seals SET {change.Replace("LATER", Later("sealed_at"), StringComparison.Ordinal)} WHERE last_position = 20");

        var report = await VerifyAsync();
        report.Findings.ShouldContain(finding => finding.Kind == TamperingKind.Forged && finding.Position == 11);
    }

    [Fact]
    public async Task Whoever_seals_anew_without_the_key_is_found()
    {
        using var theirs = ProofKeys.LoadOrCreate(Path.Combine(folder, "theirs.pem"));
        await ExecuteAsync($"DELETE FROM seals; UPDATE events SET data = {Json("{}")} WHERE position = 17");
        await SealAsync(theirs, new HeadFile(Path.Combine(folder, "theirs.head.json")));

        (await VerifyAsync()).Findings.ShouldContain(finding => finding.Kind == TamperingKind.Forged && finding.Description.Contains("unknown key", StringComparison.Ordinal));
        (await Should.ThrowAsync<TamperedLogException>(() => SealAsync())).Message.ShouldContain("not known");
    }

    [Fact]
    public async Task Whoever_makes_the_shop_itself_seal_anew_is_found_by_a_head_kept_elsewhere()
    {
        var kept = KeptHead();
        File.Delete(Heads.Path);
        await ExecuteAsync($"DELETE FROM seals; UPDATE events SET data = {Json("{}")} WHERE position = 17");
        await SealAsync();

        (await VerifyAsync()).IsIntact.ShouldBeTrue("nothing within the database can tell");
        (await VerifyAsync(heads: kept)).Findings.ShouldContain(finding => finding.Kind == TamperingKind.Forged && finding.Description.Contains("sealed anew", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_head_that_nobody_signed_is_no_witness()
    {
        var report = await VerifyAsync(heads: KeptHead() with { Position = 29 });

        report.Findings.Select(finding => (finding.Kind, finding.Position)).ShouldBe([(TamperingKind.Forged, 29L)]);
        await File.WriteAllTextAsync(Heads.Path, "{}");
        (await Should.ThrowAsync<TamperedLogException>(() => SealAsync())).Message.ShouldContain("one signed head");
    }

    [Fact]
    public async Task A_key_is_replaced_by_putting_a_new_one_before_it()
    {
        using var fresh = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var both = ProofKeys.Parse(fresh.ExportPkcs8PrivateKeyPem() + "\n" + await File.ReadAllTextAsync(Path.Combine(folder, "key.pem")));
        await AddAsync(store, "a", "under the new key");
        await SealAsync(both);

        (await VerifyAsync(both, KeptHead())).IsIntact.ShouldBeTrue();
        KeptHead().KeyId.ShouldBe(both.SigningKeyId);
        (await VerifyAsync()).Findings.ShouldHaveSingleItem().Description.ShouldContain("unknown key");
    }

    private Task CutOffAsync(int to) => ExecuteAsync($"""
        DELETE FROM events WHERE position > {to};
        DELETE FROM seals WHERE last_position > {to};
        UPDATE streams SET version = (SELECT max(version) FROM events WHERE stream_id = streams.id);
        {ResetHead(to)}
        """);

    protected abstract string ResetHead(int position);
}
