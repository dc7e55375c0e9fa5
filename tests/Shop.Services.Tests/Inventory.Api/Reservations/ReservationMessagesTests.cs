using Microsoft.EntityFrameworkCore;
using Shop.Contracts;
using Shop.EventSourcing;

namespace Shop.Inventory.Tests;

/// <summary>The same rows of the design's table, through the bus and the database.</summary>
public sealed class ReservationMessagesTests : IAsyncLifetime
{
    private static readonly Guid Mine = Guid.CreateVersion7();
    private static readonly Guid Theirs = Guid.CreateVersion7();

    private TestInventory shop = null!;

    public async Task InitializeAsync()
    {
        shop = await TestInventory.StartAsync();
        await shop.Inventory.ListProductsAsync([TestInventory.Product("MUG"), TestInventory.Product("LAMP", stock: 3)]);
    }

    public async Task DisposeAsync() => await shop.DisposeAsync();

    [Fact]
    public async Task An_order_is_tried_and_confirmed_and_its_expiry_taken_back()
    {
        await shop.ReserveAsync(Mine, "MUG", 4);
        await shop.AnswerAsync<StockReserved>();
        (await shop.ScheduledAsync()).ShouldHaveSingleItem().DueAt!.Value.ShouldBeGreaterThan(shop.Clock.GetUtcNow().AddSeconds(590));

        await shop.SendAsync(new ConfirmStock { OrderId = Mine });
        await shop.AnswerAsync<StockConfirmed>();

        (await shop.ScheduledAsync()).ShouldBeEmpty();
        (await shop.StockAsync("MUG")).ShouldBe(new("MUG", OnHand: 6, Reserved: 0, Received: 10, Sold: 4, Returned: 0, Adjusted: 0));
        await RowsEqualFoldsAsync();
    }

    [Fact]
    public async Task A_duplicate_message_changes_nothing_and_gets_the_same_reply()
    {
        await shop.SendAsync([.. Enumerable.Repeat(TestInventory.Reserve(Mine, "MUG", 4), 20)]);
        await TestInventory.Eventually(() => shop.Answers.Of<StockReserved>().Count() == 20, "20 replies");

        shop.Answers.Of<StockReserved>().Distinct().ShouldHaveSingleItem();
        (await shop.StockAsync("MUG")).Reserved.ShouldBe(4);
        (await shop.ScheduledAsync()).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Try_after_its_cancel_reserves_nothing()
    {
        await shop.SendAsync(new CancelStock { OrderId = Mine, Reason = "declined" });
        await shop.AnswerAsync<StockCancelled>();
        await shop.ReserveAsync(Mine, "MUG", 4);
        await TestInventory.Eventually(() => shop.Answers.Of<StockCancelled>().Count() == 2, "a second StockCancelled");

        shop.Answers.Of<StockReserved>().ShouldBeEmpty();
        (await shop.StockAsync("MUG")).Reserved.ShouldBe(0);
    }

    [Fact]
    public async Task A_lease_that_nobody_confirmed_ends_by_itself()
    {
        await shop.ReserveAsync(Mine, "MUG", 10);
        await shop.AnswerAsync<StockReserved>();
        shop.Clock.Push(TimeSpan.FromSeconds(601));
        var state = await shop.Store.WaitForAsync(Reservation.Aggregate, Mine, state => state is Reservation.Expired, TimeSpan.FromMinutes(2));

        state.ShouldBeOfType<Reservation.Expired>();
        (await shop.StockAsync("MUG")).Available.ShouldBe(10);
        await shop.ReserveAsync(Theirs, "MUG", 1);
        await shop.AnswerAsync<StockReserved>(reply => reply.OrderId == Theirs);
        await shop.SendAsync(new ConfirmStock { OrderId = Mine });
        (await shop.AnswerAsync<StockConfirmationRejected>()).Reason.ShouldBe("lease expired and stock gone: MUG: wanted 10, available 9");
        await RowsEqualFoldsAsync();
    }

    [Fact]
    public async Task An_expiry_that_comes_before_its_time_comes_again()
    {
        await shop.ReserveAsync(Mine, "MUG", 10);
        await shop.AnswerAsync<StockReserved>();

        await shop.SendAsync(new ExpireReservation { OrderId = Mine, LeaseNumber = 1 });
        await TestInventory.Eventually(async () => (await shop.ScheduledAsync()).Count == 2, "a second expiry");

        (await shop.ReservationAsync(Mine)).ShouldBeOfType<Reservation.Held>();
    }

    [Fact]
    public async Task Lease_expiry_races_confirm_in_one_conditional_write()
    {
        // Both load the reservation before either decides, as two paused processes would.
        await shop.ReserveAsync(Mine, "MUG", 10);
        await shop.AnswerAsync<StockReserved>();
        var late = shop.Clock.GetUtcNow().AddHours(1);

        async Task<Reservation> RunAsync(ReservationCommand command) => (await shop.Store.ExecuteAsync(async unit =>
        {
            await unit.LoadAsync(Reservation.Aggregate, Mine);
            await Task.Yield();
            return (await unit.DecideAsync(Mine, command)).State;
        })).Value;
        await Task.WhenAll(Enumerable.Range(0, 40).Select(i => Task.Run(() => RunAsync(i % 2 == 0 ? new ReservationCommand.Expire(1, late) : new ReservationCommand.Confirm()))));

        (await shop.ReservationAsync(Mine)).ShouldBeOfType<Reservation.Confirmed>();
        (await shop.StockAsync("MUG")).ShouldBe(new("MUG", OnHand: 0, Reserved: 0, Received: 10, Sold: 10, Returned: 0, Adjusted: 0));
    }

    [Fact]
    public async Task Lease_expiry_races_confirm_and_pausing_a_process_changes_nothing()
    {
        await shop.ReserveAsync(Mine, "MUG", 10);
        await shop.AnswerAsync<StockReserved>();
        await using var paused = await shop.OpenAgainAsync();
        (await paused.ReadAsync(Reservation.Aggregate, Mine)).State.ShouldBeOfType<Reservation.Held>();
        (await paused.ReadAsync(StockItem.Aggregate, "MUG")).State.Reserved.ShouldBe(10);

        shop.Clock.Push(TimeSpan.FromSeconds(601));
        await shop.Store.WaitForAsync(Reservation.Aggregate, Mine, state => state is Reservation.Expired, TimeSpan.FromMinutes(2));
        await shop.ReserveAsync(Theirs, "MUG", 1);
        await shop.AnswerAsync<StockReserved>(reply => reply.OrderId == Theirs);

        // The paused process wakes up and still believes that the units are held.
        var (outcome, _) = await paused.ExecuteAsync(unit => unit.DecideAsync(Mine, new ReservationCommand.Confirm()));

        outcome.State.ShouldBeOfType<Reservation.ConfirmationRejected>();
        (await paused.ReadAsync(StockItem.Aggregate, "MUG")).State.ShouldBe(new("MUG", OnHand: 10, Reserved: 1, Received: 10, Sold: 0, Returned: 0, Adjusted: 0));
    }

    [Fact]
    public async Task Many_buyers_few_units_sells_exactly_what_there_is()
    {
        var orders = Enumerable.Range(0, 200).Select(_ => Guid.CreateVersion7()).ToArray();
        await shop.SendAsync([.. orders.Select(order => TestInventory.Reserve(order, "MUG", 1))]);
        await TestInventory.Eventually(() => shop.Answers.Of<StockReserved>().Count() + shop.Answers.Of<StockRejected>().Count() == 200, "200 replies");

        shop.Answers.Of<StockReserved>().Count().ShouldBe(10);
        await shop.SendAsync([.. orders.Select(order => new ConfirmStock { OrderId = order })]);
        await TestInventory.Eventually(() => shop.Answers.Of<StockConfirmed>().Count() == 10, "10 confirmations");
        (await shop.StockAsync("MUG")).ShouldBe(new("MUG", OnHand: 0, Reserved: 0, Received: 10, Sold: 10, Returned: 0, Adjusted: 0));
        await RowsEqualFoldsAsync();
    }

    [Fact]
    public async Task Stock_below_zero_is_impossible_by_a_database_constraint_as_well()
    {
        var refused = await Should.ThrowAsync<ConcurrencyConflictException>(async () =>
        {
            var unit = shop.Store.Begin();
            var mug = await unit.LoadAsync(StockItem.Aggregate, "MUG");
            unit.Decide(() =>
            {
                mug.Append(new StockEvent.Reserved(Mine, 11));
                return true;
            });
            await unit.CommitAsync();
        });

        refused.Message.ShouldContain("CHECK");
        (await shop.StockAsync("MUG")).Available.ShouldBe(10);
    }

    [Fact]
    public async Task An_order_of_593_lines_is_reserved_returned_and_conserved()
    {
        await shop.Inventory.ListProductsAsync([.. Enumerable.Range(1, 500).Select(number => TestInventory.Product($"SKU{number}", stock: 2))]);
        var lines = Enumerable.Range(0, 593).Select(number => new StockLine { Sku = $"SKU{1 + (number % 500)}", Quantity = 1 }).ToArray();

        await shop.SendAsync(new ReserveStock { OrderId = Mine, Lines = lines, LeaseSeconds = 600 });
        await shop.AnswerAsync<StockReserved>();
        await shop.SendAsync(new ConfirmStock { OrderId = Mine });
        await shop.AnswerAsync<StockConfirmed>();
        (await shop.StockAsync("SKU1")).Sold.ShouldBe(2);
        await shop.SendAsync(new ReturnStock { OrderId = Mine, Reason = "sent back" });
        await shop.AnswerAsync<StockReturned>();

        (await shop.StockAsync("SKU500")).ShouldBe(new("SKU500", OnHand: 2, Reserved: 0, Received: 2, Sold: 1, Returned: 1, Adjusted: 0));
        await RowsEqualFoldsAsync();
    }

    private async Task RowsEqualFoldsAsync()
    {
        await using var models = shop.Store.Engine.OpenReadModels();
        foreach (var row in await models.Query<StockLevelRow>().ToListAsync())
            row.ShouldBe(StockLevelRow.Of((await shop.Store.ReadAsOfAsync(StockItem.Aggregate, row.Sku)).State));
        foreach (var row in await models.Query<ReservationRow>().ToListAsync())
            row.ShouldBe(ReservationRow.Of((await shop.Store.ReadAsOfAsync(Reservation.Aggregate, row.OrderId.ToString("D"))).State));
    }
}
