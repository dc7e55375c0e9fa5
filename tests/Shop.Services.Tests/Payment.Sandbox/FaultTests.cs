using Shop.PaymentSandbox;

namespace Shop.Services.Tests.PaymentSandbox;

public sealed class FaultTests
{
    [Fact]
    public async Task A_repeat_after_a_time_out_answers_the_charge_that_took_place()
    {
        await using var sandbox = await RunningSandbox.StartAsync();
        using var impatient = new CancellationTokenSource();
        var hanging = sandbox.Client.AuthorizeAsync("pm_card_timeoutAfterCharge", "key", ct: impatient.Token);
        while (sandbox.Ledger.Count == 0) await Task.Delay(10);
        await impatient.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(hanging);
        var charged = sandbox.Ledger.ShouldHaveSingleItem();

        var repeat = await RepeatAsync(sandbox.Client, "pm_card_timeoutAfterCharge", "key");
        (repeat.Status, repeat.Id, repeat.IsReplayed).ShouldBe((200, charged.IntentId, true));
        sandbox.Ledger.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_repeat_does_not_wait_for_the_first_request_to_hang_up()
    {
        await using var sandbox = await RunningSandbox.StartAsync(options => options.HangSeconds = 600);
        using var impatient = new CancellationTokenSource();
        var hanging = sandbox.Client.AuthorizeAsync("pm_card_timeoutAfterCharge", "key", ct: impatient.Token);
        while (sandbox.Ledger.Count == 0) await Task.Delay(10);
        (await RepeatAsync(sandbox.Client, "pm_card_timeoutAfterCharge", "key")).Status.ShouldBe(200);
        hanging.IsCompleted.ShouldBeFalse();
        await impatient.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(hanging);
    }

    [Fact]
    public async Task An_answer_that_is_lost_ends_with_a_broken_connection()
    {
        await using var sandbox = await RunningSandbox.StartAsync(options => options.HangSeconds = 0.2);
        await Should.ThrowAsync<HttpRequestException>(sandbox.Client.AuthorizeAsync("pm_card_timeoutAfterCharge", "key"));
        sandbox.Ledger.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_repeat_after_a_500_answers_the_charge_that_took_place()
    {
        await using var sandbox = await RunningSandbox.StartAsync();
        var first = await sandbox.Client.AuthorizeAsync("pm_card_errorAfterCharge", "key");
        (first.Status, first.Error("type")).ShouldBe((500, "api_error"));
        var charged = sandbox.Ledger.ShouldHaveSingleItem();

        var repeat = await sandbox.Client.AuthorizeAsync("pm_card_errorAfterCharge", "key");
        (repeat.Status, repeat.Id).ShouldBe((200, charged.IntentId));
        sandbox.Ledger.ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(20260101)]
    public async Task Faults_on_a_third_of_all_calls_neither_lose_nor_double_money(int seed)
    {
        await using var sandbox = await RunningSandbox.StartAsync(options =>
        {
            options.SlowSeconds = 0.05;
            options.Faults = new FaultOptions
            {
                Fraction = 0.3,
                Kinds = [FaultKind.TimeoutAfterCharge, FaultKind.ErrorAfterCharge, FaultKind.Slow],
                Seed = seed,
            };
        });
        await Task.WhenAll(Enumerable.Range(0, 60).Select(order => BuyAsync(sandbox.Client, order)));

        sandbox.Ledger.Count.ShouldBe(60);
        foreach (var record in sandbox.Ledger)
        {
            var order = int.Parse(record.OrderId!, System.Globalization.CultureInfo.InvariantCulture);
            (record.Status, record.CapturedMinor, record.RefundedMinor, record.Captures, record.Cancels, record.Refunds)
                .ShouldBe((order % 3) switch
                {
                    0 => ("succeeded", 1000, 0, 1, 0, 0),
                    1 => ("canceled", 0, 0, 0, 1, 0),
                    _ => ("succeeded", 1000, 400, 1, 0, 1),
                });
        }
    }

    /// <summary>The charge is in the ledger a moment before its key is free.</summary>
    private static async Task<Response> RepeatAsync(HttpClient client, string card, string key)
    {
        while (true)
        {
            if (await client.AuthorizeAsync(card, key) is { Status: not 409 } repeat) return repeat;
            await Task.Delay(10);
        }
    }

    private static async Task BuyAsync(HttpClient client, int order)
    {
        var intent = await UntilAnsweredAsync(client, "/v1/payment_intents", $"{order}/authorize", ("amount", "1000"), ("currency", "eur"),
            ("payment_method", "pm_card_visa"), ("confirm", "true"), ("capture_method", "manual"), ("metadata[order_id]", $"{order}"));
        var verb = order % 3 == 1 ? "cancel" : "capture";
        await UntilAnsweredAsync(client, $"/v1/payment_intents/{intent.Id}/{verb}", $"{order}/{verb}");
        if (order % 3 == 2)
            await UntilAnsweredAsync(client, "/v1/refunds", $"{order}/refund", ("payment_intent", intent.Id), ("amount", "400"));
    }

    private static async Task<Response> UntilAnsweredAsync(HttpClient client, string path, string key, params (string, string)[] fields)
    {
        while (true)
        {
            using var impatient = new CancellationTokenSource(TimeSpan.FromSeconds(1));
            try
            {
                var response = await client.SubmitAsync(path, key, impatient.Token, fields);
                if (response.Status == 200) return response;
                response.Status.ShouldBeOneOf(409, 500);
            }
            catch (OperationCanceledException)
            {
                // Unknown: ask again under the same key.
            }
        }
    }
}
