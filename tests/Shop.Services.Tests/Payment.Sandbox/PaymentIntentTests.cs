namespace Shop.Services.Tests.PaymentSandbox;

public sealed class PaymentIntentTests : IAsyncLifetime
{
    private RunningSandbox _sandbox = null!;

    public async Task InitializeAsync() => _sandbox = await RunningSandbox.StartAsync();

    public async Task DisposeAsync() => await _sandbox.DisposeAsync();

    [Theory]
    [InlineData("pm_card_visa")]
    [InlineData("pm_card_mastercard")]
    [InlineData("pm_card_slow")]
    public async Task A_good_card_is_authorized_and_captured(string card)
    {
        var authorized = await _sandbox.Client.AuthorizeAsync(card);
        authorized.Status.ShouldBe(200);
        authorized.State.ShouldBe("requires_capture");
        authorized.Number("amount_capturable").ShouldBe(1000);

        var captured = await _sandbox.Client.CaptureAsync(authorized.Id);
        captured.State.ShouldBe("succeeded");
        captured.Number("amount_received").ShouldBe(1000);

        var record = _sandbox.Ledger.ShouldHaveSingleItem();
        record.OrderId.ShouldBe("o-1");
        (record.CapturedMinor, record.Captures, record.Cancels, record.Refunds).ShouldBe((1000, 1, 0, 0));
    }

    [Theory]
    [InlineData("pm_card_chargeDeclined", "generic_decline")]
    [InlineData("pm_card_visa_chargeDeclined", "generic_decline")]
    [InlineData("pm_card_chargeDeclinedInsufficientFunds", "insufficient_funds")]
    [InlineData("pm_card_visa_chargeDeclinedInsufficientFunds", "insufficient_funds")]
    public async Task A_bad_card_is_declined_with_its_intent(string card, string declineCode)
    {
        var declined = await _sandbox.Client.AuthorizeAsync(card);
        declined.Status.ShouldBe(402);
        declined.Error("type").ShouldBe("card_error");
        declined.Code.ShouldBe("card_declined");
        declined.Error("decline_code").ShouldBe(declineCode);
        declined.ErrorIntent.GetProperty("status").GetString().ShouldBe("requires_payment_method");
        _sandbox.Ledger.ShouldHaveSingleItem().CapturedMinor.ShouldBe(0);
    }

    [Fact]
    public async Task Automatic_capture_takes_the_money_at_once()
    {
        var charged = await _sandbox.Client.SubmitAsync(
            "/v1/payment_intents", null, default, ("amount", "250"), ("currency", "USD"), ("payment_method", "pm_card_visa"), ("confirm", "true"));
        charged.State.ShouldBe("succeeded");
        charged.Text("currency").ShouldBe("usd");
        _sandbox.Ledger.ShouldHaveSingleItem().CapturedMinor.ShouldBe(250);
    }

    [Fact]
    public async Task A_refused_capture_takes_no_money_and_can_be_cancelled()
    {
        var authorized = await _sandbox.Client.AuthorizeAsync("pm_card_captureRefused");
        var refused = await _sandbox.Client.CaptureAsync(authorized.Id);
        refused.Status.ShouldBe(400);
        refused.Code.ShouldBe("capture_charge_authorization_expired");
        _sandbox.Ledger.ShouldHaveSingleItem().CapturedMinor.ShouldBe(0);

        (await _sandbox.Client.CancelAsync(authorized.Id)).State.ShouldBe("canceled");
    }

    [Fact]
    public async Task A_part_can_be_captured_but_not_more_than_authorized()
    {
        var authorized = await _sandbox.Client.AuthorizeAsync("pm_card_visa");
        var path = $"/v1/payment_intents/{authorized.Id}/capture";
        (await _sandbox.Client.SubmitAsync(path, null, default, ("amount_to_capture", "1001"))).Code.ShouldBe("amount_too_large");
        (await _sandbox.Client.SubmitAsync(path, null, default, ("amount_to_capture", "400"))).Number("amount_received").ShouldBe(400);
    }

    [Fact]
    public async Task Capture_and_cancel_exclude_each_other()
    {
        var captured = await _sandbox.Client.AuthorizeAsync("pm_card_visa");
        await _sandbox.Client.CaptureAsync(captured.Id);
        (await _sandbox.Client.CancelAsync(captured.Id)).Code.ShouldBe("payment_intent_unexpected_state");

        var canceled = await _sandbox.Client.AuthorizeAsync("pm_card_visa");
        await _sandbox.Client.CancelAsync(canceled.Id);
        var late = await _sandbox.Client.CaptureAsync(canceled.Id);
        late.Code.ShouldBe("payment_intent_unexpected_state");
        late.ErrorIntent.GetProperty("status").GetString().ShouldBe("canceled");
    }

    [Fact]
    public async Task Refunding_more_than_was_captured_is_refused()
    {
        var intent = await _sandbox.Client.AuthorizeAsync("pm_card_visa");
        (await _sandbox.Client.RefundAsync(intent.Id, 1)).Status.ShouldBe(400);
        await _sandbox.Client.CaptureAsync(intent.Id);

        var refund = await _sandbox.Client.RefundAsync(intent.Id, 600);
        refund.State.ShouldBe("succeeded");
        (await _sandbox.Client.ReadAsync($"/v1/refunds/{refund.Id}")).Body.ShouldBe(refund.Body);
        (await _sandbox.Client.RefundAsync(intent.Id, 401)).Status.ShouldBe(400);
        (await _sandbox.Client.RefundAsync(intent.Id, 400)).Status.ShouldBe(200);
        (await _sandbox.Client.RefundAsync(intent.Id, 1)).Code.ShouldBe("charge_already_refunded");

        var record = _sandbox.Ledger.ShouldHaveSingleItem();
        (record.RefundedMinor, record.Refunds).ShouldBe((1000, 2));
    }

    [Fact]
    public async Task Wrong_requests_are_turned_down_as_Stripe_does()
    {
        using var stranger = new HttpClient { BaseAddress = new Uri(_sandbox.Url) };
        (await stranger.AuthorizeAsync("pm_card_visa")).Status.ShouldBe(401);

        var unknown = await _sandbox.Client.AuthorizeAsync("pm_card_unknown");
        (unknown.Status, unknown.Code, unknown.Error("param")).ShouldBe((400, "resource_missing", "payment_method"));
        (await _sandbox.Client.AuthorizeAsync("pm_card_visa", amountMinor: 0)).Code.ShouldBe("parameter_invalid_integer");
        (await _sandbox.Client.SubmitAsync("/v1/payment_intents", null, default)).Code.ShouldBe("parameter_missing");
        (await _sandbox.Client.SubmitAsync("/v1/payment_intents", null, default, ("amuont", "1"))).Code.ShouldBe("parameter_unknown");
        (await _sandbox.Client.ReadAsync("/v1/payment_intents/pi_none")).Status.ShouldBe(404);
        (await _sandbox.Client.CaptureAsync("pi_none")).Code.ShouldBe("resource_missing");
        (await _sandbox.Client.ReadAsync("/v1/customers")).Status.ShouldBe(404);
        _sandbox.Ledger.ShouldBeEmpty();
    }

    [Fact]
    public async Task Intents_are_found_by_id_and_by_order()
    {
        var first = await _sandbox.Client.AuthorizeAsync("pm_card_visa", orderId: "o 1/&=ü");
        await _sandbox.Client.AuthorizeAsync("pm_card_visa", orderId: "o-2");

        (await _sandbox.Client.ReadAsync($"/v1/payment_intents/{first.Id}")).Body.ShouldBe(first.Body);
        var query = Uri.EscapeDataString("metadata['order_id']:'o 1/&=ü'");
        var found = await _sandbox.Client.ReadAsync($"/v1/payment_intents/search?query={query}");
        found.Body.ShouldContain(first.Id);
        found.Body.Split("pi_").Length.ShouldBe(2);
    }

    [Fact]
    public async Task The_ledger_is_listed_in_pages_and_summed_up()
    {
        for (var at = 0; at < 3; at++) await _sandbox.Client.AuthorizeAsync("pm_card_visa");
        var last = await _sandbox.Client.AuthorizeAsync("pm_card_mastercard");
        await _sandbox.Client.CaptureAsync(last.Id);

        (await _sandbox.Client.ReadAsync("/sandbox/ledger?limit=2")).Body.ShouldContain("\"has_more\":true");
        var page = await _sandbox.Client.ReadAsync("/sandbox/ledger?after=3");
        page.Body.ShouldContain(last.Id);
        page.Body.ShouldNotContain("pm_card_visa");
        var summary = await _sandbox.Client.ReadAsync("/sandbox/ledger/summary");
        summary.Body.ShouldContain("""{"status":"requires_capture","currency":"eur","intents":3,"amount":3000,"amount_captured":0,"amount_refunded":0}""");
        (await _sandbox.Client.ReadAsync("/")).Body.ShouldContain("Payment sandbox");
    }
}
