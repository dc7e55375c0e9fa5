namespace Shop.Services.Tests.PaymentSandbox;

public sealed class IdempotencyTests
{
    [Fact]
    public async Task Charging_twice_under_one_key_charges_once()
    {
        await using var sandbox = await RunningSandbox.StartAsync();
        var first = await sandbox.Client.AuthorizeAsync("pm_card_visa", "key");
        var second = await sandbox.Client.AuthorizeAsync("pm_card_visa", "key");
        second.ShouldBe(first with { IsReplayed = true });
        sandbox.Ledger.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Fifty_requests_at_once_under_one_key_charge_once()
    {
        await using var sandbox = await RunningSandbox.StartAsync();
        var responses = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => sandbox.Client.AuthorizeAsync("pm_card_visa", "key")));

        responses.ShouldAllBe(response => response.Status == 200 || (response.Status == 409 && response.Code == "idempotency_key_in_use"));
        var intentId = responses.Where(response => response.Status == 200).Select(response => response.Id).Distinct().ShouldHaveSingleItem();
        sandbox.Ledger.ShouldHaveSingleItem().IntentId.ShouldBe(intentId);
    }

    [Fact]
    public async Task Other_parameters_under_the_same_key_are_refused()
    {
        await using var sandbox = await RunningSandbox.StartAsync();
        await sandbox.Client.AuthorizeAsync("pm_card_visa", "key");
        var other = await sandbox.Client.AuthorizeAsync("pm_card_visa", "key", amountMinor: 999);
        (other.Status, other.Error("type")).ShouldBe((400, "idempotency_error"));
        sandbox.Ledger.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_decline_is_answered_again_under_its_key()
    {
        await using var sandbox = await RunningSandbox.StartAsync();
        var first = await sandbox.Client.AuthorizeAsync("pm_card_chargeDeclined", "key");
        (await sandbox.Client.AuthorizeAsync("pm_card_chargeDeclined", "key")).ShouldBe(first with { IsReplayed = true });
        sandbox.Ledger.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Capturing_and_refunding_twice_under_one_key_do_so_once()
    {
        await using var sandbox = await RunningSandbox.StartAsync();
        var intent = await sandbox.Client.AuthorizeAsync("pm_card_visa");
        var captured = await sandbox.Client.CaptureAsync(intent.Id, "capture");
        (await sandbox.Client.CaptureAsync(intent.Id, "capture")).ShouldBe(captured with { IsReplayed = true });
        var refunded = await sandbox.Client.RefundAsync(intent.Id, 300, "refund");
        (await sandbox.Client.RefundAsync(intent.Id, 300, "refund")).ShouldBe(refunded with { IsReplayed = true });

        var record = sandbox.Ledger.ShouldHaveSingleItem();
        (record.Captures, record.Refunds, record.RefundedMinor).ShouldBe((1, 1, 300));
    }

    [Fact]
    public async Task A_request_that_was_turned_down_unread_leaves_its_key_free()
    {
        await using var sandbox = await RunningSandbox.StartAsync();
        (await sandbox.Client.AuthorizeAsync("pm_card_unknown", "key")).Status.ShouldBe(400);
        (await sandbox.Client.AuthorizeAsync("pm_card_visa", "key")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_key_is_in_use_while_its_first_request_runs()
    {
        await using var sandbox = await RunningSandbox.StartAsync(options => options.SlowSeconds = 60);
        using var impatient = new CancellationTokenSource();
        var slow = sandbox.Client.AuthorizeAsync("pm_card_slow", "key", ct: impatient.Token);
        while (sandbox.Ledger.Count == 0) await Task.Delay(10);
        (await sandbox.Client.AuthorizeAsync("pm_card_slow", "key")).Status.ShouldBe(409);
        await impatient.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(slow);
    }
}
