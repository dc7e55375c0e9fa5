using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Shop.Contracts;
using Shop.Payments;
using Shop.Payments.Gateway;
using Shop.Services.Tests.PaymentSandbox;

namespace Shop.Services.Tests.PaymentApi;

public sealed class ProviderLedgerTests
{
    [Fact]
    public async Task The_sandboxs_books_on_the_orders_asked_for_are_passed_on()
    {
        await using var payments = await RunningPayments.StartAsync();
        Guid[] orders = [Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7()];
        foreach (var order in orders)
        {
            await payments.TryAsync(order);
            await payments.ReplyAsync<PaymentAuthorized>(reply => reply.OrderId, order);
        }

        await payments.SendAsync(new CapturePayment { OrderId = orders[1] });
        await payments.ReplyAsync<PaymentCaptured>(reply => reply.OrderId, orders[1]);

        var books = await payments.GetAsync($"/payments/ledger?order={orders[0]}&order={orders[1]}&order={Guid.CreateVersion7()}");

        books.GetProperty("isOpen").GetBoolean().ShouldBeTrue();
        books.GetProperty("intents").EnumerateArray().Select(intent => (
                intent.GetProperty("orderId").GetGuid(), intent.GetProperty("status").GetString(), intent.GetProperty("amountMinor").GetInt64(),
                intent.GetProperty("capturedMinor").GetInt64(), intent.GetProperty("captures").GetInt32(), intent.GetProperty("currency").GetString()))
            .ShouldBe([(orders[0], "requires_capture", 4_200L, 0L, 0, "gbp"), (orders[1], "succeeded", 4_200L, 4_200L, 1, "gbp")], ignoreOrder: true);
        (await payments.GetAsync("/payments/ledger")).GetProperty("intents").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task Too_many_orders_are_refused_and_a_provider_that_is_away_is_no_empty_book()
    {
        await using var payments = await RunningPayments.StartAsync();
        var many = string.Join('&', Enumerable.Range(0, 101).Select(_ => $"order={Guid.CreateVersion7()}"));

        (await payments.Client.GetAsync(new Uri($"/payments/ledger?{many}", UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        await payments.Sandbox.StopAsync();
        using var away = await payments.Client.GetAsync(new Uri($"/payments/ledger?order={Guid.CreateVersion7()}", UriKind.Relative));

        away.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await away.Content.ReadAsStringAsync()).ShouldContain("provider-away");
    }

    [Fact]
    public async Task A_provider_that_is_no_sandbox_shows_its_books_to_nobody()
    {
        await using var sandbox = await RunningSandbox.StartAsync();
        using var services = new ServiceCollection().AddHttpClient().BuildServiceProvider();
        Guid[] orders = [Guid.CreateVersion7()];

        // Nothing at that address is a ledger.
        var other = await Ledger($"{sandbox.Url}/elsewhere").ReadAsync(orders, default);
        var stripe = await Ledger(new GatewayOptions().BaseUrl).ReadAsync(orders, default);

        (other.IsOpen, stripe.IsOpen).ShouldBe((false, false));

        ProviderLedger Ledger(string address) =>
            new(services.GetRequiredService<IHttpClientFactory>(), Options.Create(new GatewayOptions { BaseUrl = address, SecretKey = RunningSandbox.SecretKey }));
    }
}
