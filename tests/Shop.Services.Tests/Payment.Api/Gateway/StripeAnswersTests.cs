using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Shop.Payments.Gateway;

namespace Shop.Services.Tests.PaymentApi.Gateway;

/// <summary>Answers that the sandbox never gives, but a provider or what stands before it may.</summary>
public sealed class StripeAnswersTests
{
    [Theory]
    [InlineData(200, "")]
    [InlineData(200, "<html>")]
    [InlineData(200, "[]")]
    [InlineData(200, "{}")]
    [InlineData(200, """{"id":"pi_1","status":"processing"}""")]
    [InlineData(200, """{"id":"pi_1","status":"requires_capture","amount":1.5}""")]
    [InlineData(302, """{}""")]
    [InlineData(400, "Bad Request")]
    [InlineData(400, """{"error":{"type":"idempotency_error","message":"m"}}""")]
    [InlineData(400, """{"error":{"type":"invalid_request_error","code":"lock_timeout"}}""")]
    [InlineData(402, "Payment Required")]
    [InlineData(403, """{"error":{"type":"invalid_request_error","code":"c"}}""")]
    [InlineData(404, """{"error":{"type":"invalid_request_error","message":"Unrecognized request URL"}}""")]
    [InlineData(409, """{"error":{"type":"invalid_request_error","code":"idempotency_key_in_use"}}""")]
    [InlineData(429, """{"error":{"type":"invalid_request_error","code":"rate_limit"}}""")]
    [InlineData(500, """{"error":{"type":"card_error","code":"card_declined"}}""")]
    [InlineData(503, "")]
    public async Task Whatever_is_not_a_clear_answer_is_unknown(int status, string body) =>
        (await AuthorizeAsync(status, body)).ShouldBeOfType<GatewayAnswer.Unknown>();

    [Theory]
    [InlineData(402, """{"error":{"type":"card_error","code":"expired_card","message":"m","payment_intent":{"id":"pi_1"}}}""", "expired_card")]
    [InlineData(402, """{"error":{"type":"card_error","code":"card_declined","decline_code":"lost_card"}}""", "lost_card")]
    [InlineData(400, """{"error":{"type":"invalid_request_error","code":"amount_too_small"}}""", "amount_too_small")]
    [InlineData(200, """{"id":"pi_1","status":"requires_action"}""", GatewayCodes.AuthenticationRequired)]
    public async Task A_clear_no_is_a_refusal(int status, string body, string code) =>
        (await AuthorizeAsync(status, body)).ShouldBeOfType<GatewayAnswer.Refused>().Code.ShouldBe(code);

    [Theory]
    [InlineData("succeeded", true)]
    [InlineData("pending", true)]
    [InlineData("failed", false)]
    public async Task A_pending_refund_is_done_and_a_failed_one_is_not(string status, bool isDone)
    {
        await using var provider = await AnswerAsync(200, $$"""{"id":"re_1","object":"refund","amount":5,"payment_intent":"pi_1","status":"{{status}}"}""");
        using var gateway = GatewayOf(provider);
        var answer = await gateway.RefundAsync("pi_1", 5, "key", default);
        (answer is GatewayAnswer.Succeeded { IntentId: "pi_1", AmountMinor: 5 }).ShouldBe(isDone);
        (answer is GatewayAnswer.Refused).ShouldBe(!isDone);
    }

    private static async Task<GatewayAnswer> AuthorizeAsync(int status, string body)
    {
        await using var provider = await AnswerAsync(status, body);
        using var gateway = GatewayOf(provider);
        return await gateway.AuthorizeAsync(new Authorization(Guid.CreateVersion7(), 5, "EUR", "pm_card_visa", "key"), default);
    }

    private static StripeGateway GatewayOf(WebApplication provider) =>
        new(new GatewayOptions { BaseUrl = provider.Urls.First(), SecretKey = "sk_test_x" });

    private static async Task<WebApplication> AnswerAsync(int status, string body)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        var provider = builder.Build();
        provider.Run(http =>
        {
            http.Response.StatusCode = status;
            return http.Response.WriteAsync(body);
        });
        await provider.StartAsync();
        return provider;
    }
}
