using MassTransit;
using MassTransit.SagaStateMachine;
using Shop.Orchestration;

namespace Shop.Services.Tests.Saga.Orchestrator;

/// <summary>
/// What the state machine does with each event in each state, read from the machine itself. MassTransit's graph has one
/// vertex per event, so that it cannot tell which state an event led out of; this walks the same way and keeps both ends.
/// </summary>
internal sealed class MachineMap : StateMachineVisitor
{
    public static readonly string[] States =
        ["Initial", "Trying", "Confirming", "Completing", "Confirmed", "Cancelling", "Compensating", "Closing", "Rejected", "Cancelled", "Returning", "Recording"];

    private readonly OrderStateMachine machine;
    private readonly Dictionary<(string State, string Event), Decision> handled = [];
    private (string State, string Event) current;
    private bool mayStay;

    public MachineMap(OrderStateMachine machine)
    {
        this.machine = machine;
        machine.Accept(this);
        Keep();
    }

    /// <summary>The events in the order of their declaration, the deadline last.</summary>
    public IReadOnlyList<string> Events =>
    [
        .. machine.GetType().GetProperties().Where(property => typeof(Event).IsAssignableFrom(property.PropertyType)).Select(property => property.Name),
        machine.Deadline.Received.Name,
    ];

    public IEnumerable<(string From, string Event, string To)> Transitions =>
        handled.SelectMany(pair => pair.Value.Targets.Select(target => (pair.Key.State, pair.Key.Event, target)));

    /// <summary>The decision on a pair in words: <c>Confirming</c>, <c>stay</c>, <c>stay|Confirming</c>, <c>-</c> for ignored, <c>none</c> for undecided.</summary>
    public string this[string state, string @event] =>
        handled.TryGetValue((state, @event), out var decision) ? decision.ToString()
        : machine.NextEvents(machine.GetState(state)).Any(known => known.Name == @event) ? "-"
        : "none";

    public void Visit(State state, Action<State> next)
    {
        Keep();
        current = (state.Name, "");
        next(state);
    }

    public void Visit(Event @event, Action<Event> next)
    {
        Begin(@event);
        next(@event);
    }

    public void Visit<T>(Event<T> @event, Action<Event<T>> next) where T : class
    {
        Begin(@event);
        next(@event);
    }

    public void Visit(IStateMachineActivity activity) => Visit(activity, _ => { });

    public void Visit(IStateMachineActivity activity, Action<IStateMachineActivity> next)
    {
        if (activity is TransitionActivity<OrderSaga> transition)
            handled[current].Targets.Add(transition.ToState.Name);

        var isBranch = activity.GetType().Name.StartsWith("ConditionActivity", StringComparison.Ordinal);
        var targets = handled[current].Targets.Count;
        next(activity);
        if (isBranch && handled[current].Targets.Count == targets)
            mayStay = true;
    }

    public void Visit<T>(IBehavior<T> behavior) where T : class, SagaStateMachineInstance
    {
    }

    public void Visit<T>(IBehavior<T> behavior, Action<IBehavior<T>> next) where T : class, SagaStateMachineInstance => next(behavior);

    public void Visit<T, TData>(IBehavior<T, TData> behavior) where T : class, SagaStateMachineInstance where TData : class
    {
    }

    public void Visit<T, TData>(IBehavior<T, TData> behavior, Action<IBehavior<T, TData>> next)
        where T : class, SagaStateMachineInstance where TData : class => next(behavior);

    private void Begin(Event @event)
    {
        Keep();
        current = (current.State, @event.Name);
        handled[current] = new();
        mayStay = false;
    }

    private void Keep()
    {
        if (handled.TryGetValue(current, out var decision))
            decision.MayStay = mayStay || decision.Targets.Count == 0;
    }

    private sealed class Decision
    {
        public HashSet<string> Targets { get; } = [];

        public bool MayStay { get; set; }

        public override string ToString() => string.Join('|', MayStay ? ["stay", .. Targets] : Targets);
    }
}
