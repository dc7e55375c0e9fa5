using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Data.Sqlite;
using Shop.TestServers;

namespace Shop.Host.Tests.EndToEnd;

public sealed class WebhookTests
{
    private const string Route = "/payments/webhooks/stripe";

    [Fact]
    public async Task The_providers_signed_webhook_of_a_refund_is_accepted_and_a_wrong_signature_is_not()
    {
        var answers = new ConcurrentQueue<int>();
        using var listener = Listen(answers);
        await using var shop = await RunningShop.StartAsync(HostProcess.UrlOf(Ports.Free()));
        await shop.Client.ListProductAsync("HOOKED", 10);
        var order = (await shop.Client.PlaceAsync(new("HOOKED"))).ShouldBe(201);

        await shop.Client.PostAsync($"/orders/{order.OrderId}/cancel");
        await shop.Client.UntilStatusAsync(order.OrderId, "cancelled");

        await ShopClient.UntilAsync(() => Task.FromResult(!answers.IsEmpty), "the webhook arrives");
        answers.ShouldBe([200]);
        await ShopClient.UntilAsync(async () => await QueuedAsync(shop) == 0, "the provider knows that it was accepted");

        var forged = await shop.Client.SendAsync(
            HttpMethod.Post, Route, """{"type":"charge.refunded"}""", request => request.Headers.TryAddWithoutValidation("Stripe-Signature", "t=1,v1=00"));
        forged.ShouldBe(400).Text("detail").ShouldContain("Stripe-Signature");
        await shop.StopAndAuditAsync();
    }

    /// <summary>The statuses that the shop answers webhooks with, from the server's own metrics.</summary>
    private static MeterListener Listen(ConcurrentQueue<int> answers)
    {
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == "http.server.request.duration")
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<double>((_, _, tags, _) =>
        {
            var status = 0;
            var isWebhook = false;
            foreach (var (name, value) in tags)
            {
                isWebhook |= name == "http.route" && value is Route;
                status = name == "http.response.status_code" && value is int code ? code : status;
            }

            if (isWebhook)
                answers.Enqueue(status);
        });
        listener.Start();
        return listener;
    }

    private static async Task<long> QueuedAsync(RunningShop shop)
    {
        await using var connection = new SqliteConnection($"Data Source={ShopOptions.Ledger(shop.Application.Data)};Mode=ReadOnly;Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM webhooks";
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
