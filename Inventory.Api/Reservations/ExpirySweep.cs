using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Shop.EventSourcing;
using Shop.Jobs;

namespace Shop.Inventory;

/// <summary>
/// The safety net under <see cref="ExpireReservationConsumer"/>: should the message of a lease that ran out be lost or parked, its
/// units are released all the same. The lease's number fences it: of the message and the sweep, whoever comes second changes nothing.
/// </summary>
public static class ExpirySweep
{
    public const string Name = "expiry-sweep";

    private const int BatchSize = 100;
    private const int MostPerRun = 1_000;

    /// <summary>The message comes first, unless something is wrong with it.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(1);

    public static JobDefinition Define(IServiceProvider provider) => new()
    {
        Name = Name,
        Description = "Releases reserved units whose lease ran out and whose expiry message is late or lost.",
        Store = InventoryRegistration.Store.Name,
        Schedule = JobSchedule.Every(TimeSpan.FromMinutes(5)),
        RunAsync = (context, cancellationToken) => RunAsync(
            context, provider.GetRequiredService<EventStore<InventoryModule>>(), provider.GetRequiredService<TimeProvider>(), cancellationToken),
    };

    private static async Task RunAsync(JobContext context, EventStore<InventoryModule> store, TimeProvider clock, CancellationToken cancellationToken)
    {
        var (expired, seen) = (0, new HashSet<Guid>());
        while (seen.Count < MostPerRun)
        {
            await context.StillOursAsync(cancellationToken);
            var cutOff = clock.GetUtcNow() - Grace;
            await using var models = store.Engine.OpenReadModels();
            var overdue = await models.Query<ReservationRow>().Where(row => row.State == "held" && row.LeaseExpiresAt < cutOff)
                .OrderBy(row => row.LeaseExpiresAt).Select(row => row.OrderId).Take(BatchSize).ToListAsync(cancellationToken);
            if (overdue.All(seen.Contains))
                break;
            foreach (var orderId in overdue.Where(seen.Add))
            {
                if (!await ExpireAsync(store, orderId, clock.GetUtcNow(), cancellationToken))
                    continue;
                expired++;
                context.Note($"Order {orderId:D}: its lease had run out, and its units are free again.");
            }
        }

        context.Summary = string.Create(CultureInfo.InvariantCulture, $"{expired} reservations released");
    }

    private static async Task<bool> ExpireAsync(EventStore<InventoryModule> store, Guid orderId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var (isExpired, _) = await store.ExecuteAsync(
            async unit =>
            {
                var reservation = await unit.LoadAsync(Reservation.Aggregate, orderId, cancellationToken);
                if (unit.Decide(() => reservation.State as Reservation.Held) is not { } held)
                    return false;
                var outcome = await unit.DecideAsync(orderId, new ReservationCommand.Expire(held.Lease.Number, now), cancellationToken);
                return outcome.Events.Count > 0;
            },
            cancellationToken: cancellationToken);
        return isExpired;
    }
}
