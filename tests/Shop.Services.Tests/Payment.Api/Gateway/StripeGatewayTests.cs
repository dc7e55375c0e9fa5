using Shop.Payments.Gateway;
using Shop.PaymentSandbox;
using Shop.Services.Tests.PaymentSandbox;

namespace Shop.Services.Tests.PaymentApi.Gateway;

public sealed class StripeGatewayTests : IAsyncLifetime
{
    private RunningSandbox _sandbox = null!;
    private StripeGateway _gateway = null!;

    public async Task InitializeAsync()
    {
        _sandbox = await RunningSandbox.StartAsync();
        _gateway = _sandbox.Gateway();
    }

    public async Task DisposeAsync()
    {
        _gateway.Dispose();
        await _sandbox.DisposeAsync();
    }

    [Fact]
    public async Task An_order_is_authorized_captured_and_refunded()
    {
        var order = Authorize("pm_card_visa");
        var authorized = (await _gateway.AuthorizeAsync(order, default)).ShouldBeOfType<GatewayAnswer.Succeeded>();
        (authorized.Status, authorized.AmountMinor).ShouldBe(("requires_capture", 1999));
        (await _gateway.RetrieveAsync(authorized.IntentId, default)).ShouldBe(authorized);

        var captured = await _gateway.CaptureAsync(authorized.IntentId, 1999, "capture", default);
        captured.ShouldBe(new GatewayAnswer.Succeeded(authorized.IntentId, "succeeded", 1999));
        var refunded = await _gateway.RefundAsync(authorized.IntentId, 500, "refund", default);
        refunded.ShouldBe(new GatewayAnswer.Succeeded(authorized.IntentId, "succeeded", 500));
        (await _gateway.RefundAsync(authorized.IntentId, 500, "refund", default)).ShouldBe(refunded);

        var record = _sandbox.Ledger.ShouldHaveSingleItem();
        record.OrderId.ShouldBe(order.OrderId.ToString());
        (record.CapturedMinor, record.RefundedMinor, record.Refunds).ShouldBe((1999, 500, 1));
    }

    [Theory]
    [InlineData("pm_card_chargeDeclined", "generic_decline")]
    [InlineData("pm_card_chargeDeclinedInsufficientFunds", "insufficient_funds")]
    public async Task A_declined_card_is_refused_with_its_reason(string card, string code)
    {
        var refused = (await _gateway.AuthorizeAsync(Authorize(card), default)).ShouldBeOfType<GatewayAnswer.Refused>();
        refused.Code.ShouldBe(code);
        refused.IntentId.ShouldNotBeNull();
        (await _gateway.RetrieveAsync(refused.IntentId, default)).ShouldBe(refused);
    }

    [Fact]
    public async Task An_unknown_card_and_an_unknown_intent_are_refused()
    {
        (await _gateway.AuthorizeAsync(Authorize("pm_none"), default)).ShouldBeOfType<GatewayAnswer.Refused>().Code.ShouldBe("resource_missing");
        (await _gateway.RetrieveAsync("pi_none/../x", default)).ShouldBeOfType<GatewayAnswer.Refused>();
        (await _gateway.CaptureAsync("pi_none", 1, "key", default)).ShouldBeOfType<GatewayAnswer.Refused>().Code.ShouldBe("resource_missing");
    }

    [Fact]
    public async Task Capturing_again_succeeds_for_the_same_amount_only()
    {
        var intentId = await AuthorizedAsync();
        var captured = await _gateway.CaptureAsync(intentId, 1999, "first", default);
        (await _gateway.CaptureAsync(intentId, 1999, "first", default)).ShouldBe(captured);
        (await _gateway.CaptureAsync(intentId, 1999, "second", default)).ShouldBe(captured);
        (await _gateway.CaptureAsync(intentId, 1000, "third", default))
            .ShouldBeOfType<GatewayAnswer.Refused>().Code.ShouldBe(GatewayCodes.CapturedOtherAmount);
        _sandbox.Ledger.ShouldHaveSingleItem().Captures.ShouldBe(1);
    }

    [Fact]
    public async Task Cancelling_again_succeeds_and_a_capture_afterwards_is_refused()
    {
        var intentId = await AuthorizedAsync();
        var cancelled = await _gateway.CancelAsync(intentId, "first", default);
        cancelled.ShouldBe(new GatewayAnswer.Succeeded(intentId, "canceled", 1999));
        (await _gateway.CancelAsync(intentId, "first", default)).ShouldBe(cancelled);
        (await _gateway.CancelAsync(intentId, "second", default)).ShouldBe(cancelled);
        (await _gateway.CaptureAsync(intentId, 1999, "capture", default))
            .ShouldBeOfType<GatewayAnswer.Refused>().Code.ShouldBe(GatewayCodes.AlreadyCanceled);
    }

    [Fact]
    public async Task Cancelling_a_captured_intent_is_refused()
    {
        var intentId = await AuthorizedAsync();
        await _gateway.CaptureAsync(intentId, 1999, "capture", default);
        (await _gateway.CancelAsync(intentId, "cancel", default))
            .ShouldBeOfType<GatewayAnswer.Refused>().Code.ShouldBe(GatewayCodes.AlreadyCaptured);
    }

    [Fact]
    public async Task A_refused_capture_and_too_large_a_refund_are_refused()
    {
        var expired = await AuthorizedAsync("pm_card_captureRefused");
        (await _gateway.CaptureAsync(expired, 1999, "expired", default))
            .ShouldBeOfType<GatewayAnswer.Refused>().Code.ShouldBe("capture_charge_authorization_expired");

        var intentId = await AuthorizedAsync();
        await _gateway.CaptureAsync(intentId, 1999, "capture", default);
        (await _gateway.RefundAsync(intentId, 2000, "refund", default)).ShouldBeOfType<GatewayAnswer.Refused>();
    }

    [Fact]
    public async Task A_time_out_is_unknown_and_a_repeat_finds_the_one_charge()
    {
        using var impatient = _sandbox.Gateway(timeoutSeconds: 0.5);
        var order = Authorize("pm_card_timeoutAfterCharge");
        while (_sandbox.Ledger.Count == 0)
            (await impatient.AuthorizeAsync(order, default)).ShouldBeOfType<GatewayAnswer.Unknown>();
        var repeat = await UntilKnownAsync(() => _gateway.AuthorizeAsync(order, default));
        _sandbox.Ledger.ShouldHaveSingleItem().IntentId.ShouldBe(repeat.IntentId);
    }

    [Fact]
    public async Task A_500_is_unknown_and_a_repeat_finds_the_one_charge()
    {
        var order = Authorize("pm_card_errorAfterCharge");
        (await _gateway.AuthorizeAsync(order, default)).ShouldBeOfType<GatewayAnswer.Unknown>();
        var repeat = (await _gateway.AuthorizeAsync(order, default)).ShouldBeOfType<GatewayAnswer.Succeeded>();
        _sandbox.Ledger.ShouldHaveSingleItem().IntentId.ShouldBe(repeat.IntentId);
    }

    [Fact]
    public async Task A_key_used_for_another_request_and_a_wrong_secret_are_unknown()
    {
        var order = Authorize("pm_card_visa");
        await _gateway.AuthorizeAsync(order, default);
        (await _gateway.AuthorizeAsync(order with { AmountMinor = 1 }, default)).ShouldBeOfType<GatewayAnswer.Unknown>();

        using var stranger = new StripeGateway(new GatewayOptions { BaseUrl = _sandbox.Url, SecretKey = "sk_test_other" });
        (await stranger.AuthorizeAsync(Authorize("pm_card_visa"), default)).ShouldBeOfType<GatewayAnswer.Unknown>();
    }

    [Fact]
    public async Task A_provider_that_cannot_be_reached_is_unknown()
    {
        using var gateway = new StripeGateway(new GatewayOptions { BaseUrl = "http://127.0.0.1:1", SecretKey = "sk_test_x" });
        (await gateway.AuthorizeAsync(Authorize("pm_card_visa"), default)).ShouldBeOfType<GatewayAnswer.Unknown>();
    }

    [Fact]
    public async Task A_caller_that_gives_up_is_told_so()
    {
        using var givenUp = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await Should.ThrowAsync<OperationCanceledException>(_gateway.AuthorizeAsync(Authorize("pm_card_timeoutAfterCharge"), givenUp.Token));
    }

    [Fact]
    public async Task Orders_come_through_faults_on_a_third_of_all_calls()
    {
        await using var faulty = await RunningSandbox.StartAsync(options =>
        {
            options.SlowSeconds = 0.05;
            options.Faults = new FaultOptions
            {
                Fraction = 0.3,
                Kinds = [FaultKind.TimeoutAfterCharge, FaultKind.ErrorAfterCharge, FaultKind.Slow],
                Seed = 7,
            };
        });
        using var gateway = faulty.Gateway(timeoutSeconds: 1);
        await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => BuyAsync(gateway)));

        faulty.Ledger.Count.ShouldBe(40);
        faulty.Ledger.ShouldAllBe(record => record.CapturedMinor == 1999 && record.RefundedMinor == 99 && record.Captures == 1 && record.Refunds == 1);
    }

    private static async Task BuyAsync(StripeGateway gateway)
    {
        var order = Authorize("pm_card_visa");
        var authorized = await UntilKnownAsync(() => gateway.AuthorizeAsync(order, default));
        await UntilKnownAsync(() => gateway.CaptureAsync(authorized.IntentId, 1999, $"{order.IdempotencyKey}/capture", default));
        await UntilKnownAsync(() => gateway.RefundAsync(authorized.IntentId, 99, $"{order.IdempotencyKey}/refund", default));
    }

    private static async Task<GatewayAnswer.Succeeded> UntilKnownAsync(Func<Task<GatewayAnswer>> ask)
    {
        while (true)
        {
            if (await ask() is not GatewayAnswer.Unknown and var answer) return answer.ShouldBeOfType<GatewayAnswer.Succeeded>();
        }
    }

    private async Task<string> AuthorizedAsync(string card = "pm_card_visa") =>
        (await _gateway.AuthorizeAsync(Authorize(card), default)).ShouldBeOfType<GatewayAnswer.Succeeded>().IntentId;

    private static Authorization Authorize(string card)
    {
        var orderId = Guid.CreateVersion7();
        return new Authorization(orderId, 1999, "EUR", card, $"authorize/{orderId}");
    }
}
