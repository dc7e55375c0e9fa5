using FsCheck;
using FsCheck.Fluent;
using Shop.Contracts;
using Shop.Orchestration;
using static Shop.Services.Tests.Saga.Orchestrator.Participants;

namespace Shop.Services.Tests.Saga.Orchestrator;

/// <summary>Whatever the order in which messages arrive, how often, and whoever refuses: every order ends, whole.</summary>
public sealed class OrderSagaProperties
{
    private readonly SagaRig rig = new();
    private int returns;

    [Fact]
    public void Every_order_ends_with_everybody_done_or_everybody_undone()
    {
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), choices => RunAsync(choices).GetAwaiter().GetResult())
            .Check(Config.QuickThrowOnFailure.WithMaxTest(300).WithEndSize(200));
        returns.ShouldBeGreaterThan(0, "Some of the orders came to returning lines.");
    }

    private async Task RunAsync(byte[] choices)
    {
        var order = new Interleaving(rig, Given.NewOrder(), choices);
        await order.RunAsync();
        var saga = rig.Find(order.OrderId)!;
        var end = saga.CurrentState;
        var world = order.World;
        returns += order.Returns.Count;

        OrderSagaPolicy.IsWaiting(end).ShouldBeFalse(end);
        (saga.EndedAt.HasValue, saga.NeedsAttention, rig.ScheduledCount).ShouldBe((true, false, 0));
        world.Order.ShouldBe(end.ToLowerInvariant());
        world.Done.Stock.ShouldBeLessThanOrEqualTo(1);
        world.Done.Payment.ShouldBeLessThanOrEqualTo(1);
        if (end == nameof(OrderStateMachine.Confirmed))
        {
            (world.Stock, world.Payment).ShouldBe((Standing.Done, Standing.Done));
            order.CancellationDelivered.ShouldBeFalse();
            foreach (var returns in (HashSet<Guid>[])[world.Returns.Restocked, world.Returns.Refunded, world.Returns.Recorded])
                returns.ShouldBe(order.Returns, ignoreOrder: true);
        }
        else
        {
            world.Stock.ShouldBeOneOf(Standing.None, Standing.Cancelled, Standing.Undone);
            world.Payment.ShouldBeOneOf(Standing.None, Standing.Cancelled, Standing.Undone);
            world.Returns.Recorded.ShouldBeSubsetOf(order.Returns);
        }
    }

    /// <summary>Messages under way, delivered in any order and any number of times, at least once; the deadline may pass at any time.</summary>
    private sealed class Interleaving(SagaRig rig, Guid orderId, byte[] choices)
    {
        private readonly List<object> underWay = [];
        private int position;

        public Guid OrderId => orderId;

        public Participants World { get; } = new(orderId);

        public bool CancellationDelivered { get; private set; }

        /// <summary>Those that the confirmed order was asked for.</summary>
        public HashSet<Guid> Returns { get; } = [];

        public async Task RunAsync()
        {
            underWay.Add(Given.Placed(OrderId));
            var cancels = Next() % 3 == 0;
            while (position < choices.Length)
                await StepAsync(ref cancels);

            if (cancels)
                underWay.Add(Given.Message(nameof(OrderCancellationRequested), OrderId));
            for (var left = 1_000; left > 0; left--)
            {
                if (underWay.Count > 0)
                    await DeliverAsync(0, keep: false);
                else if (OrderSagaPolicy.IsWaiting(rig.StateOf(OrderId)!))
                    await TimeOutAsync();
                else
                    return;
            }
        }

        private Task StepAsync(ref bool cancels)
        {
            var action = Next() % 16;
            if (action == 0 && cancels)
            {
                cancels = false;
                underWay.Add(Given.Message(nameof(OrderCancellationRequested), OrderId));
            }

            if (action == 1 && rig.DeadlineOf(OrderId) is not null)
                return TimeOutAsync();
            if (action == 2 && rig.Find(OrderId) is not null)
                underWay.Add(Given.Message(nameof(RetryOrderSaga), OrderId));
            if (action is 5 or 6 && World.Order == "confirmed" && Returns.Count < 3)
                Return();
            return underWay.Count == 0 ? Task.CompletedTask : DeliverAsync(Next() % underWay.Count, keep: action is 3 or 4);
        }

        private void Return()
        {
            var id = Guid.CreateVersion7();
            Returns.Add(id);
            underWay.Add(Given.Return(OrderId, id, refundMinor: 100));
        }

        private async Task DeliverAsync(int index, bool keep)
        {
            var message = underWay[index];
            if (!keep)
                underWay.RemoveAt(index);
            if (IsCommand(message))
            {
                underWay.Add(World.Handle(message, refuse: Next() % 8 == 1));
                return;
            }

            underWay.AddRange(await rig.TellAsync(message));
            CancellationDelivered |= message is OrderCancellationRequested;
            HasALiveDeadlineWhileItWaits();
        }

        private async Task TimeOutAsync()
        {
            underWay.AddRange(await rig.TimeOutAsync(OrderId));
            HasALiveDeadlineWhileItWaits();
        }

        private void HasALiveDeadlineWhileItWaits()
        {
            var saga = rig.Find(OrderId)!;
            var waits = OrderSagaPolicy.IsWaiting(saga.CurrentState);
            (rig.DeadlineOf(OrderId).HasValue, OrderSagaPolicy.Awaiting(saga).Count > 0).ShouldBe((waits, waits), saga.CurrentState);
        }

        private static bool IsCommand(object message) => message is
            ReserveStock or ConfirmStock or CancelStock or ReturnStock or AuthorizePayment or CapturePayment or VoidPayment or RefundPayment
            or ReturnStockLines or RefundPaymentPart or CompleteOrderReturn or ConfirmOrder or RejectOrder or CancelOrder;

        private int Next() => position < choices.Length ? choices[position++] : 0;
    }
}
