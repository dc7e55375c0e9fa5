using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Shop.EventSourcing;
using Shop.Jobs;
using Shop.Messaging.Local;
using Shop.Payments.Gateway;

namespace Shop.Payments;

/// <summary>
/// Compares our payments with the provider's intents. What is unknown is asked for again, under the same idempotency key as before;
/// what is settled here must be settled there. It changes nothing by itself: a difference is a finding for a person.
/// </summary>
public static class PaymentReconciliation
{
    public const string Name = "payment-reconciliation";

    private const int UnknownPerRun = 200;
    private const int ComparedPerRun = 200;

    /// <summary>What has just changed here may be under way there.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(30);
    private static readonly string[] Settled = ["authorized", "captured", "voided", "refunded"];

    public static JobDefinition Define(IServiceProvider provider) => new()
    {
        Name = Name,
        Description = "Asks the provider again about payments whose outcome is unknown, and compares settled ones with its intents.",
        Store = PaymentsModuleExtensions.Store.Name,
        Schedule = JobSchedule.Every(TimeSpan.FromHours(1)),
        RunAsync = (context, cancellationToken) => new Run(
            context, provider.GetRequiredService<EventStore<PaymentsModule>>(), provider.GetRequiredService<LocalQueue<CallProvider>>(),
            provider.GetRequiredService<IPaymentGateway>(), provider.GetRequiredService<TimeProvider>().GetUtcNow() - Settling).RunAsync(cancellationToken),
    };

    /// <summary>What the provider must say of a payment that is settled here; null: nothing that it could be asked.</summary>
    public static string? Expected(PaymentRow payment) => payment switch
    {
        { IntentId: null } => null,
        { State: "authorized" } => "requires_capture",
        { State: "captured" or "refunded" } => "succeeded",
        { State: "voided" } => "canceled",
        _ => null,
    };

    /// <summary>How the provider's answer differs from ours, or null. No answer is no difference.</summary>
    public static string? Difference(PaymentRow payment, GatewayAnswer answer) => (Expected(payment), answer) switch
    {
        (null, _) or (_, GatewayAnswer.Unknown) => null,
        ("canceled", GatewayAnswer.Refused { Code: GatewayCodes.AlreadyCanceled }) => null,
        (var expected, GatewayAnswer.Succeeded said) when said.Status != expected => $"{payment.State} here, {said.Status} at the provider",
        (_, GatewayAnswer.Succeeded said) when said.AmountMinor != Amount(payment) =>
            string.Create(CultureInfo.InvariantCulture, $"{Amount(payment)} {payment.Currency} in minor units here, {said.AmountMinor} at the provider"),
        (_, GatewayAnswer.Refused refused) => $"{payment.State} here, and the provider says {refused.Code}: {refused.Message}",
        _ => null,
    };

    private static long Amount(PaymentRow payment) => payment.State is "captured" or "refunded" ? payment.CapturedMinor : payment.AmountMinor;

    private sealed class Run(JobContext context, EventStore<PaymentsModule> store, LocalQueue<CallProvider> calls, IPaymentGateway gateway, DateTimeOffset settledBefore)
    {
        private int silent;

        public async Task RunAsync(CancellationToken cancellationToken)
        {
            var asked = await AskAgainAsync(cancellationToken);
            var (compared, differences) = await CompareAsync(cancellationToken);
            context.Summary = string.Create(
                CultureInfo.InvariantCulture,
                $"{asked} unknown payments asked for again; {compared} compared with the provider, {differences} differ{(silent > 0 ? $", {silent} without an answer" : "")}");
            if (differences > 0)
                throw new JobFindingException(string.Create(CultureInfo.InvariantCulture, $"{differences} payments differ from the provider's intents."));
        }

        /// <summary>The call that is due, once and out of turn: <see cref="CallProviderHandler"/> makes it under its key.</summary>
        private async Task<int> AskAgainAsync(CancellationToken cancellationToken)
        {
            await using var models = store.Engine.OpenReadModels();
            var unknown = await models.Query<PaymentRow>()
                .Where(row => (row.State == "authorizing" || row.State == "capturing" || row.State == "voiding" || row.State == "refunding" || row.State == "refundingPart" || row.State == "captureRejected")
                    && row.UnknownSince != null)
                .OrderBy(row => row.OrderId).Select(row => row.OrderId).Take(UnknownPerRun).ToListAsync(cancellationToken);
            if (unknown.Count == 0)
                return 0;
            await context.StillOursAsync(cancellationToken);
            await store.ExecuteAsync(
                unit =>
                {
                    foreach (var orderId in unknown)
                        calls.Send(unit, new() { OrderId = orderId });
                    return Task.FromResult(true);
                },
                cancellationToken: cancellationToken);
            foreach (var orderId in unknown)
                context.Note($"Order {orderId:D}: the outcome of its call to the provider is unknown; it is asked for again.");
            return unknown.Count;
        }

        /// <summary>A part of all payments, after where the last run left off; once through, from the beginning again.</summary>
        private async Task<(int Compared, int Differences)> CompareAsync(CancellationToken cancellationToken)
        {
            var after = Guid.TryParse(context.Mark, out var mark) ? mark : Guid.Empty;
            await using var models = store.Engine.OpenReadModels();
            var rows = await models.Query<PaymentRow>()
                .Where(row => Settled.Contains(row.State) && row.IntentId != null && row.UpdatedAt < settledBefore && row.OrderId > after)
                .OrderBy(row => row.OrderId).Take(ComparedPerRun).ToListAsync(cancellationToken);
            var differences = 0;
            foreach (var row in rows)
            {
                await context.StillOursAsync(cancellationToken);
                var answer = await gateway.RetrieveAsync(row.IntentId!, cancellationToken);
                silent += answer is GatewayAnswer.Unknown ? 1 : 0;
                if (Difference(row, answer) is not { } difference || !await IsStillAsync(row, cancellationToken))
                    continue;
                differences++;
                context.Warn($"Order {row.OrderId:D}, {row.IntentId}: {difference}.");
            }

            context.Mark = rows.Count < ComparedPerRun ? Guid.Empty.ToString("D") : rows[^1].OrderId.ToString("D");
            return (rows.Count, differences);
        }

        /// <summary>Otherwise it went on while the provider was asked.</summary>
        private async Task<bool> IsStillAsync(PaymentRow row, CancellationToken cancellationToken) =>
            (await store.ReadAsync(Payment.Aggregate, row.OrderId, cancellationToken)).Version == row.Version;
    }
}
