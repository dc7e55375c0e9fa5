using Shop.Tests;

namespace Shop.Inventory.Tests.Reservations;

public sealed class ExpirySweepTests
{
    private readonly Guid order = Guid.CreateVersion7();

    [Fact]
    public async Task Units_whose_expiry_message_is_lost_are_free_again_and_a_lease_that_runs_is_left_alone()
    {
        await using var inventory = await TestInventory.StartAsync(jobs: true);
        await inventory.Inventory.ListProductsAsync([TestInventory.Product("MUG-1")]);
        var other = Guid.CreateVersion7();
        await inventory.ReserveAsync(order, "MUG-1", 3, leaseSeconds: 60);
        await inventory.ReserveAsync(other, "MUG-1", 2, leaseSeconds: 86_400);
        await TestInventory.Eventually(async () => (await inventory.StockAsync("MUG-1")).Available == 5, "both reservations");
        var lost = ((Reservation.Held)await inventory.ReservationAsync(order)).Lease.ExpiryId;
        await inventory.Store.ExecuteAsync(unit =>
        {
            unit.CancelScheduled(lost);
            return Task.FromResult(true);
        });
        (await inventory.Http.RunJobAsync(ExpirySweep.Name)).Summary.ShouldBe("0 reservations released");

        inventory.Clock.Push(TimeSpan.FromMinutes(10));
        var run = await inventory.Http.RunJobAsync(ExpirySweep.Name);

        run.ShouldHaveSucceeded();
        run.Summary.ShouldBe("1 reservations released");
        run.Lines.ShouldHaveSingleItem().ShouldContain($"{order:D}");
        (await inventory.ReservationAsync(order)).ShouldBeOfType<Reservation.Expired>();
        (await inventory.ReservationAsync(other)).ShouldBeOfType<Reservation.Held>();
        (await inventory.StockAsync("MUG-1")).Available.ShouldBe(8);
        (await inventory.Http.RunJobAsync(ExpirySweep.Name)).Summary.ShouldBe("0 reservations released");
    }
}
