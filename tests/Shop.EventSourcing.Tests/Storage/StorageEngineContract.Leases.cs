using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.Tests.Storage;

/// <summary>On a database of one process a lease is always free; what it guards is checked on the shared ones.</summary>
public abstract partial class StorageEngineContract
{
    private static readonly Guid Here = Guid.CreateVersion7();
    private static readonly Guid There = Guid.CreateVersion7();
    private static readonly TimeSpan Long = TimeSpan.FromHours(1);
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(50);

    [Fact]
    public async Task A_lease_is_renewed_by_its_holder_and_refused_to_others()
    {
        var lease = (await engine.TakeLeaseAsync("list", Here, Long, default)).ShouldNotBeNull();

        (await engine.TakeLeaseAsync("list", Here, Long, default)).ShouldBe(lease);
        (await engine.TakeLeaseAsync("other", There, Long, default)).ShouldNotBeNull();
        if (engine.IsShared)
            (await engine.TakeLeaseAsync("list", There, Long, default)).ShouldBeNull();
    }

    [Fact]
    public async Task Of_those_who_want_a_lease_at_once_one_gets_it()
    {
        if (!engine.IsShared)
            return;
        await using var other = Open();

        var leases = await Task.WhenAll(Enumerable.Range(0, 16).Select(number => Task.Run(() =>
            (number % 2 == 0 ? engine : other).TakeLeaseAsync("list", Guid.CreateVersion7(), Long, default))));

        leases.Count(lease => lease is not null).ShouldBe(1);
    }

    [Fact]
    public async Task Whoever_was_paused_beyond_its_lease_writes_nothing_any_more()
    {
        if (!engine.IsShared)
            return;
        var paused = (await engine.TakeLeaseAsync("list", Here, Short, default)).ShouldNotBeNull();
        (await engine.SaveProjectionAsync("accounts", paused, 0, 5, [TestTables.Accounts.Upsert(Account())], default)).ShouldBeTrue();
        var account = Account();

        var taken = await TakeOverAsync("list", There, Long);
        taken.Token.ShouldBeGreaterThan(paused.Token);
        (await engine.SaveProjectionAsync("accounts", paused, 5, 9, [TestTables.Accounts.Upsert(account)], default)).ShouldBeFalse();
        (await engine.TakeLeaseAsync("list", Here, Long, default)).ShouldBeNull();
        await engine.ReleaseLeaseAsync(paused, default);
        (await engine.SaveProjectionAsync("accounts", taken, 5, 7, [], default)).ShouldBeTrue();

        (await engine.ReadCheckpointAsync("accounts", default)).ShouldBe(7);
        Rows<AccountRow>().ShouldNotContain(account);
    }

    [Fact]
    public async Task A_write_under_a_lease_renews_it()
    {
        if (!engine.IsShared)
            return;
        var lease = (await engine.TakeLeaseAsync("list", Here, Short, default)).ShouldNotBeNull();
        (await engine.SaveProjectionAsync("accounts", lease with { Duration = Long }, 0, 5, [], default)).ShouldBeTrue();

        await Task.Delay(4 * Short);
        (await engine.TakeLeaseAsync("list", There, Long, default)).ShouldBeNull();
    }

    [Fact]
    public async Task A_lease_that_was_given_up_is_free_at_once_and_void()
    {
        if (!engine.IsShared)
            return;
        var given = (await engine.TakeLeaseAsync("list", Here, Long, default)).ShouldNotBeNull();
        await engine.ReleaseLeaseAsync(given, default);

        (await engine.SaveProjectionAsync("accounts", given, 0, 5, [], default)).ShouldBeFalse();
        (await engine.TakeLeaseAsync("list", There, Long, default)).ShouldNotBeNull().Token.ShouldBeGreaterThan(given.Token);
    }

    [Fact]
    public async Task A_takeover_waits_for_a_write_under_way_and_then_finds_its_checkpoint()
    {
        if (!engine.IsShared)
            return;
        for (var round = 0; round < 20; round++)
        {
            var lease = await TakeOverAsync("list", Guid.CreateVersion7(), Short);
            var from = await engine.ReadCheckpointAsync("accounts", default);
            await Task.Delay(Short);
            var saving = Task.Run(() => engine.SaveProjectionAsync("accounts", lease, from, from + 1, [], default));
            await engine.TakeLeaseAsync("list", Guid.CreateVersion7(), Short, default);
            var found = await engine.ReadCheckpointAsync("accounts", default);

            var saved = await saving;
            var stands = await engine.ReadCheckpointAsync("accounts", default);
            stands.ShouldBe(saved ? from + 1 : from);
            if (found == from && saved)
                (await engine.TakeLeaseAsync("list", lease.Holder, Short, default)).ShouldBe(lease with { Duration = Short }, "who found the old checkpoint was refused");
        }
    }

    [Fact]
    public async Task What_one_process_signals_another_hears()
    {
        if (!engine.IsShared)
            return;
        await using var other = Open();
        using var stop = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var listening = new TaskCompletionSource();
        var heard = new System.Collections.Concurrent.ConcurrentDictionary<string, long>();
        var all = new TaskCompletionSource();
        var hearing = other.ListenAsync(
            () => listening.TrySetResult(),
            (topic, value) =>
            {
                heard[topic] = value;
                if (heard.GetValueOrDefault("head") == 200 && heard.ContainsKey("lease/list"))
                    all.TrySetResult();
            },
            stop.Token);
        await listening.Task.WaitAsync(stop.Token);

        for (var head = 1; head <= 200; head++)
            engine.Signal("head", head);
        engine.Signal("lease/list", 7);

        await all.Task.WaitAsync(stop.Token);
        heard.ShouldBe(new Dictionary<string, long> { ["head"] = 200, ["lease/list"] = 7 }, ignoreOrder: true);
        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => hearing);
    }

    /// <summary>Takes a lease as soon as the last one has expired.</summary>
    private async Task<Lease> TakeOverAsync(string name, Guid holder, TimeSpan duration)
    {
        for (var attempt = 0; attempt < 12_000; attempt++)
        {
            if (await engine.TakeLeaseAsync(name, holder, duration, default) is { } lease)
                return lease;
            await Task.Delay(10);
        }

        throw new TimeoutException("The lease did not expire.");
    }

    /// <summary>Saves as the one runner.</summary>
    private async Task<bool> SaveAsync(string projection, long from, long to, params RowWrite[] rows) =>
        await engine.SaveProjectionAsync(projection, (await engine.TakeLeaseAsync(projection, Here, Long, default))!, from, to, rows, default);
}
