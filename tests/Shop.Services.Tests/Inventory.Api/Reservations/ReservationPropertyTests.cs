using FsCheck;
using FsCheck.Fluent;
using static Shop.Inventory.Tests.Shelf;

namespace Shop.Inventory.Tests;

/// <summary>Any sequence of commands, duplicated and reordered, over few products and several orders.</summary>
public sealed class ReservationPropertyTests
{
    private const int Orders = 8;

    private static readonly string[] Skus = ["MUG", "mug", "LAMP"];

    private static readonly (string Sku, int Quantity)[][] Carts =
    [
        [("MUG", 2), ("mug", 1)],
        [("MUG", 3), ("LAMP", 2), ("MUG", 1)],
        [("mug", 5)],
        [("LAMP", 4), ("MUG", 1), ("GHOST", 1)],
        [("LAMP", 4), ("mug", 2)],
    ];

    private static readonly Dictionary<Type, Type[]> Changes = new()
    {
        [typeof(Reservation.Untried)] = [typeof(Reservation.Held), typeof(Reservation.Rejected), typeof(Reservation.Fenced)],
        [typeof(Reservation.Held)] = [typeof(Reservation.Confirmed), typeof(Reservation.Cancelled), typeof(Reservation.Expired)],
        [typeof(Reservation.Expired)] = [typeof(Reservation.Confirmed), typeof(Reservation.ConfirmationRejected), typeof(Reservation.Cancelled)],
        [typeof(Reservation.Confirmed)] = [typeof(Reservation.Returned)],
        [typeof(Reservation.Rejected)] = [],
        [typeof(Reservation.ConfirmationRejected)] = [],
        [typeof(Reservation.Cancelled)] = [],
        [typeof(Reservation.Fenced)] = [],
        [typeof(Reservation.Returned)] = [],
    };

    public enum Kind
    {
        Try,
        Confirm,
        Cancel,
        Return,
        Expire,
        ExpireEarly,
        ExpireOther,
        Receive,
        Lose,
    }

    public sealed record Step(Kind Kind, int Order, int Sku);

    private static Arbitrary<Step[]> Sequences =>
        (from kind in Gen.Frequency((8, Gen.Constant(Kind.Try)), (4, Gen.Constant(Kind.Confirm)), (4, Gen.Constant(Kind.Expire)), (9, Gen.Elements(Enum.GetValues<Kind>())))
         from order in Gen.Choose(0, Orders - 1)
         from sku in Gen.Choose(0, Skus.Length - 1)
         select new Step(kind, order, sku)).ArrayOf().ToArbitrary();

    [Fact]
    public void Stock_is_never_negative_and_always_adds_up() => ForEachState((shelf, _) =>
    {
        foreach (var sku in shelf.Skus)
        {
            var item = shelf.Stock(sku);
            item.Reserved.ShouldBeInRange(0, item.OnHand);
            item.OnHand.ShouldBe(item.Received + item.Adjusted - item.Sold + item.Returned);
            item.Reserved.ShouldBe(Units<Reservation.Held>(shelf, sku, held => held.Lines));
            (item.Sold - item.Returned).ShouldBe(Units<Reservation.Confirmed>(shelf, sku, confirmed => confirmed.Lines));
            item.Returned.ShouldBe(Units<Reservation.Returned>(shelf, sku, returned => returned.Lines));
        }
    });

    [Fact]
    public void A_decision_never_changes()
    {
        Dictionary<Guid, Reservation> before = [];
        HashSet<Type> reached = [typeof(Reservation.Untried)];
        ForEachState(
            (shelf, _) =>
            {
                foreach (var order in shelf.Orders)
                {
                    var (was, now) = (before.GetValueOrDefault(order, new Reservation.Untried()).GetType(), shelf.Reservation(order).GetType());
                    if (was != now)
                        Changes[was].ShouldContain(now);
                    before[order] = shelf.Reservation(order);
                    reached.Add(now);
                }
            },
            before.Clear);
        reached.ShouldBe(Changes.Keys, ignoreOrder: true, "the sequences should reach every state");
    }

    [Fact]
    public void A_repeated_command_changes_nothing_and_is_answered_the_same() => ForEachState((shelf, step) =>
    {
        if (Command(step) is not { } command)
            return;
        var (_, reply) = shelf.Do(Order(step.Order), command);
        var (decision, again) = shelf.Do(Order(step.Order), command);
        decision.Reservation.ShouldBeEmpty();
        decision.Stock.ShouldBeEmpty();
        again.ShouldBe(reply);
    });

    [Fact]
    public void The_inline_row_equals_the_fold() => ForEachState((shelf, _) =>
    {
        foreach (var sku in shelf.Skus)
        {
            var item = shelf.StockEvents(sku);
            long Sum<T>(Func<T, long> units) => item.OfType<T>().Sum(units);
            var (received, adjusted) = (Sum<StockEvent.Received>(e => e.Quantity), Sum<StockEvent.Adjusted>(e => e.Delta));
            var (sold, returned) = (Sum<StockEvent.Sold>(e => e.Quantity), Sum<StockEvent.Returned>(e => e.Quantity));
            var reserved = Sum<StockEvent.Reserved>(e => e.Quantity) - Sum<StockEvent.Released>(e => e.Quantity) - sold;
            var onHand = received + adjusted - sold + returned;
            StockLevelRow.Of(shelf.Stock(sku)).ShouldBe(new()
            {
                Sku = sku,
                OnHand = onHand,
                Reserved = reserved,
                Available = onHand - reserved,
                Received = received,
                Sold = sold,
                Returned = returned,
                Adjusted = adjusted,
            });
        }
    });

    private static void ForEachState(Action<Shelf, Step> check, Action? start = null) => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(300).WithStartSize(10).WithEndSize(100),
        Prop.ForAll(Sequences, steps =>
        {
            start?.Invoke();
            var shelf = new Shelf().With("MUG", 6).With("mug", 5).With("LAMP", 4);
            foreach (var step in steps)
            {
                Do(shelf, step);
                check(shelf, step);
            }
        }));

    private static void Do(Shelf shelf, Step step)
    {
        var sku = Skus[step.Sku];
        if (Command(step) is { } command)
            shelf.Do(Order(step.Order), command);
        else if (step.Kind == Kind.Receive)
            shelf.With(sku, 1);
        else if (shelf.Stock(sku).Available > 0)
            shelf.Stock(sku, StockDecider.Decide(new StockCommand.Adjust(sku, -1, "broken"), shelf.Stock(sku))[0]);
    }

    private static ReservationCommand? Command(Step step) => step.Kind switch
    {
        Kind.Try => Try(Order(step.Order), Carts[step.Order % Carts.Length]),
        Kind.Confirm => Confirm(),
        Kind.Cancel => Cancel(Order(step.Order)),
        Kind.Return => Return(Order(step.Order)),
        Kind.Expire => Expire(),
        Kind.ExpireEarly => Expire(at: LeaseEnd.AddTicks(-1)),
        Kind.ExpireOther => Expire(lease: 2),
        _ => null,
    };

    private static long Units<TState>(Shelf shelf, string sku, Func<TState, IReadOnlyList<ReservedLine>> lines) where TState : Reservation =>
        shelf.Orders.Select(shelf.Reservation).OfType<TState>().SelectMany(lines).Where(line => line.Sku == sku).Sum(line => (long)line.Quantity);
}
