using Microsoft.EntityFrameworkCore;
using Shop.EventSourcing;
using Shop.ServiceDefaults;

namespace Shop.Payments;

/// <param name="UnknownOutcomes">Payments of which nobody knows what the provider did.</param>
public sealed record PaymentsOverview(long UnknownOutcomes, long NeedingAttention);

/// <summary>Asks only for payments that are under way, which have an index.</summary>
internal sealed class PaymentOverview(EventStore<PaymentsModule> store) : IOverviewPart
{
    public string Name => "payments";

    public async Task<object> ReadAsync(CancellationToken cancellationToken)
    {
        await using var models = store.Engine.OpenReadModels();
        return new PaymentsOverview(
            await models.Query<PaymentRow>().Where(row => PaymentRow.StatesUnderWay.Contains(row.State) && row.UnknownSince != null).LongCountAsync(cancellationToken),
            await models.Query<PaymentRow>().LongCountAsync(row => row.NeedsAttention, cancellationToken));
    }
}
