using System.Net;
using System.Text;
using Shop.Contracts;
using Shop.Payments;
using Shop.PaymentSandbox;

namespace Shop.Services.Tests.PaymentApi;

/// <summary>The whole service against the sandbox.</summary>
public sealed class PaymentServiceTests
{
    private readonly Guid orderId = Guid.CreateVersion7();

    [Fact]
    public async Task A_payment_is_authorized_captured_and_refunded_once()
    {
        await using var payments = await RunningPayments.StartAsync();

        await payments.TryAsync(orderId);
        await payments.ReplyAsync<PaymentAuthorized>(reply => reply.OrderId, orderId);
        await payments.SendAsync(new CapturePayment { OrderId = orderId });
        (await payments.ReplyAsync<PaymentCaptured>(reply => reply.OrderId, orderId)).AmountMinor.ShouldBe(4_200);
        await payments.SendAsync(new RefundPayment { OrderId = orderId, Reason = "changed my mind" });
        (await payments.ReplyAsync<PaymentRefunded>(reply => reply.OrderId, orderId)).AmountMinor.ShouldBe(4_200);

        var record = payments.Sandbox.Ledger.ShouldHaveSingleItem();
        (record.OrderId, record.Captures, record.Refunds, record.RefundedMinor).ShouldBe((orderId.ToString(), 1, 1, 4_200));
        payments.Replies.Count.ShouldBe(3);
    }

    [Fact]
    public async Task A_payment_is_read_with_its_history()
    {
        await using var payments = await RunningPayments.StartAsync();
        await payments.TryAsync(orderId, "pm_card_chargeDeclinedInsufficientFunds");
        await payments.ReplyAsync<PaymentDeclined>(reply => reply.OrderId, orderId);

        var read = await payments.GetAsync($"/payments/{orderId}");

        var payment = read.GetProperty("payment");
        payment.GetProperty("state").GetString().ShouldBe("declined");
        payment.GetProperty("amountMinor").GetInt64().ShouldBe(4_200);
        payment.GetProperty("currency").GetString().ShouldBe("GBP");
        payment.GetProperty("reason").GetString()!.ShouldStartWith("insufficient_funds");
        read.GetProperty("history").EnumerateArray().Select(entry => entry.GetProperty("type").GetString())
            .ShouldBe(["payment-authorization-requested.v1", "payment-declined.v1"]);
        (await payments.Client.GetAsync($"/payments/{Guid.CreateVersion7()}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Payments_are_listed_by_state_in_pages()
    {
        await using var payments = await RunningPayments.StartAsync();
        Guid[] orders = [.. Enumerable.Range(0, 5).Select(_ => Guid.CreateVersion7()).Order()];
        foreach (var order in orders)
            await payments.SendAsync(new VoidPayment { OrderId = order, Reason = "deadline" });
        await payments.TryAsync(orderId);
        foreach (var order in orders)
            await payments.ReplyAsync<PaymentVoided>(reply => reply.OrderId, order);
        await payments.ReplyAsync<PaymentAuthorized>(reply => reply.OrderId, orderId);

        var first = await payments.GetAsync("/payments?state=fenced&limit=3");
        var next = first.GetProperty("next").GetGuid();
        var second = await payments.GetAsync($"/payments?state=fenced&limit=3&after={next}");

        first.GetProperty("items").EnumerateArray().Concat(second.GetProperty("items").EnumerateArray())
            .Select(item => item.GetProperty("orderId").GetGuid()).ShouldBe(orders);
        second.TryGetProperty("next", out _).ShouldBeFalse();
        (await payments.GetAsync("/payments")).GetProperty("items").GetArrayLength().ShouldBe(6);
        (await payments.GetAsync("/payments?needsAttention=true")).GetProperty("items").GetArrayLength().ShouldBe(0);
        (await payments.Client.GetAsync("/payments?state=paid")).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await payments.Client.GetAsync("/payments?limit=0")).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task Faults_of_the_provider_leave_both_ledgers_agreeing()
    {
        await using var payments = await RunningPayments.StartAsync(timeoutSeconds: 0.5, configure: options =>
        {
            options.SlowSeconds = 1;
            options.Faults = new() { Fraction = 0.2, Kinds = [FaultKind.TimeoutAfterCharge, FaultKind.ErrorAfterCharge, FaultKind.Slow], Seed = 7 };
        });
        Guid[] orders = [.. Enumerable.Range(0, 24).Select(_ => Guid.CreateVersion7())];
        await Task.WhenAll(orders.Select((order, index) => PayAsync(payments, order, index)));

        var ledger = payments.Sandbox.Ledger.ToDictionary(record => Guid.Parse(record.OrderId!));
        ledger.Count.ShouldBe(orders.Length);
        foreach (var (order, index) in orders.Select((order, index) => (order, index)))
        {
            var record = ledger[order];
            var (captures, refunds) = (index % 3) switch { 0 => (1, 0), 1 => (1, 1), _ => (0, 0) };
            (record.Creates, record.Captures, record.Refunds).ShouldBe((1, captures, refunds), $"order {index}");
            record.Status.ShouldBe(index % 3 == 2 ? "canceled" : "succeeded");
        }
    }

    [Fact]
    public async Task A_webhook_ends_the_waiting_at_once()
    {
        // The call itself would not end before the test gives up.
        await using var payments = await RunningPayments.StartAsync(timeoutSeconds: 300, sendWebhooks: true, configure: options => options.HangSeconds = 600);
        await payments.TryAsync(orderId, "pm_card_timeoutAfterCharge");

        await payments.ReplyAsync<PaymentAuthorized>(reply => reply.OrderId, orderId);
        payments.Sandbox.Ledger.ShouldHaveSingleItem().Creates.ShouldBe(1);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("t=1700000000,v1=35495024f4ef3f94e5a93e22221544c4b75e9a42300cd965ab81cb85cd994e91")]
    public async Task A_webhook_with_a_bad_signature_is_refused(string? signature)
    {
        await using var payments = await RunningPayments.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/payments/webhooks/stripe") { Content = new StringContent("{}") };
        if (signature is not null)
            request.Headers.TryAddWithoutValidation("Stripe-Signature", signature);
        (await payments.Client.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData("""{"data":{"object":{"metadata":{"order_id":"01900000-0000-7000-8000-000000000001"}}}}""")]
    [InlineData("""{"data":{"object":{"metadata":{"order_id":"o-1"}}}}""")]
    [InlineData("""{"data":{"object":{"metadata":null}}}""")]
    [InlineData("""[]""")]
    [InlineData("not JSON")]
    public async Task A_signed_webhook_about_nothing_of_ours_is_accepted_and_ignored(string body)
    {
        await using var payments = await RunningPayments.StartAsync();
        var timestamp = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var signature = Convert.ToHexStringLower(System.Security.Cryptography.HMACSHA256.HashData(
            Encoding.UTF8.GetBytes(RunningPayments.WebhookSecret), Encoding.UTF8.GetBytes($"{timestamp}.{body}")));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/payments/webhooks/stripe") { Content = new StringContent(body) };
        request.Headers.TryAddWithoutValidation("Stripe-Signature", $"t={timestamp},v1={signature}");

        (await payments.Client.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.OK);
        payments.Store.Position.ShouldBe(0);
    }

    /// <summary>Of three orders one is captured, one captured and refunded, one cancelled.</summary>
    private static async Task PayAsync(RunningPayments payments, Guid order, int index)
    {
        await payments.TryAsync(order);
        if (index % 3 == 2)
        {
            await payments.StateAsync(order, payment => payment is not Payment.None);
            await payments.SendAsync(new VoidPayment { OrderId = order, Reason = "deadline" });
            await payments.ReplyAsync<PaymentVoided>(reply => reply.OrderId, order);
            return;
        }

        await payments.ReplyAsync<PaymentAuthorized>(reply => reply.OrderId, order);
        await payments.SendAsync(new CapturePayment { OrderId = order });
        await payments.ReplyAsync<PaymentCaptured>(reply => reply.OrderId, order);
        if (index % 3 == 1)
        {
            await payments.SendAsync(new RefundPayment { OrderId = order, Reason = "compensation" });
            await payments.ReplyAsync<PaymentRefunded>(reply => reply.OrderId, order);
        }
    }
}
