using MassTransit;
using MassTransit.SagaStateMachine;
using Shop.Orchestration;

namespace Shop.Services.Tests.Saga.Orchestrator;

/// <summary>Every pair of state and event has a decision, and the machine takes that one.</summary>
public sealed class OrderStateMachineTests
{
    /// <summary>
    /// A state name: goes there. <c>stay</c>: is noted. <c>stay|X</c>: is noted, and goes to X once the other answer is there too.
    /// <c>-</c>: ignored, because it is late, repeated or decided already. <c>none</c>: there is no saga yet, the message is parked.
    /// </summary>
    private const string Decisions = """
        Event                      Initial Trying          Confirming      Completing                       Confirmed      Cancelling   Compensating Closing   Rejected Cancelled Returning      Recording
        OrderPlaced                Trying  -               -               -                                -              -            -            stay      -        stay      -              -
        OrderCancellationRequested Closing Cancelling      stay            stay                             Compensating   -            -            -         -        -         stay           stay
        StockReserved              none    stay|Confirming -               -                                -              -            -            -         -        -         -              -
        StockRejected              none    Cancelling      -               -                                -              -            -            -         -        -         -              -
        StockConfirmed             none    -               stay|Completing -                                -              Compensating -            -         -        -         -              -
        StockConfirmationRejected  none    -               Compensating    -                                -              -            -            -         -        -         -              -
        StockCancelled             none    Cancelling      Compensating    -                                -              stay|Closing stay|Closing -         -        -         -              -
        StockReturned              none    -               Compensating    -                                -              stay|Closing stay|Closing -         -        -         -              -
        PaymentAuthorized          none    stay|Confirming -               -                                -              -            -            -         -        -         -              -
        PaymentDeclined            none    Cancelling      -               -                                -              -            -            -         -        -         -              -
        PaymentCaptured            none    -               stay|Completing -                                -              Compensating -            -         -        -         -              -
        PaymentCaptureRejected     none    -               Compensating    -                                -              -            -            -         -        -         -              -
        PaymentVoided              none    Cancelling      Compensating    -                                -              stay|Closing stay|Closing -         -        -         -              -
        PaymentRefunded            none    -               Compensating    -                                -              stay|Closing stay|Closing -         -        -         -              -
        OrderConfirmed             none    -               -               Compensating|Returning|Confirmed -              -            -            -         -        -         -              -
        OrderRejected              none    -               -               Compensating                     -              -            -            Rejected  -        -         -              -
        OrderCancelled             none    -               -               Compensating                     -              -            -            Cancelled -        -         -              -
        OrderReturnRequested       none    stay            stay            stay                             stay|Returning -            -            -         -        -         stay           stay
        StockLinesReturned         none    -               -               -                                -              -            -            -         -        -         stay|Recording -
        PaymentPartRefunded        none    -               -               -                                -              -            -            -         -        -         stay|Recording -
        OrderReturnCompleted       none    -               -               -                                -              -            -            -         -        -         -              stay|Compensating|Returning|Confirmed
        RetryOrderSaga             none    stay            stay            stay                             -              stay         stay         stay      -        -         stay           stay
        ResolveOrderSaga           none    -               stay            stay                             -              stay         stay         stay      -        -         stay           stay
        Deadline.Received          none    Cancelling      stay            stay                             -              stay         stay         stay      -        -         stay           stay
        """;

    private static readonly SagaRig rig = new();
    private static readonly MachineMap map = new(rig.Machine);

    public static TheoryData<string, string, string> Pairs
    {
        get
        {
            var lines = Decisions.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToArray();
            var pairs = new TheoryData<string, string, string>();
            foreach (var line in lines[1..])
            {
                for (var column = 1; column < line.Length; column++)
                    pairs.Add(lines[0][column], line[0], line[column]);
            }

            return pairs;
        }
    }

    [Fact]
    public void Every_state_and_every_event_is_in_the_table()
    {
        var pairs = Pairs.Select(row => ((string)row[0], (string)row[1])).ToHashSet();
        var states = rig.Machine.States.Where(state => !Equals(state, rig.Machine.Final)).Select(state => state.Name);
        var events = rig.Machine.Events.Where(@event => !Equals(@event, rig.Machine.Deadline.AnyReceived)).Select(@event => @event.Name);

        pairs.ShouldBe(from state in states from @event in events select (state, @event), ignoreOrder: true);
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void The_machine_decides_as_the_table_says(string state, string @event, string decision) =>
        map[state, @event].ShouldBe(decision);

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task A_message_in_a_state_leads_where_the_table_says(string state, string @event, string decision)
    {
        var message = @event == "Deadline.Received" ? nameof(StepTimedOut) : @event;
        if (state == "Initial")
        {
            var orderId = Given.NewOrder();
            if (decision == "none")
                await Should.ThrowAsync<SagaException>(() => rig.TellAsync(orderId, message));
            else
                await rig.TellAsync(orderId, message);
            (rig.StateOf(orderId) ?? "none").ShouldBe(decision);
            return;
        }

        var saga = await rig.SagaInAsync(state);
        rig.Clock.Advance(TimeSpan.FromSeconds(1));
        await rig.TellAsync(saga, message);

        decision.Split('|').Select(target => target is "-" or "stay" ? state : target).ShouldContain(rig.StateOf(saga)!);
        if (decision == "-")
            rig.Find(saga)!.UpdatedAt.ShouldNotBe(rig.Clock.GetUtcNow());
    }

    [Fact]
    public void MassTransits_graph_has_the_same_transitions()
    {
        var graph = rig.Machine.GetGraph();
        var toState = graph.Edges.Where(edge => edge.To.VertexType == typeof(State)).Select(edge => (edge.From.Title, edge.To.Title)).ToHashSet();

        map.Transitions.Select(transition => (transition.Event, transition.To)).ToHashSet().ShouldBe(toState, ignoreOrder: true);
        graph.Edges.ShouldNotContain(edge => edge.To.Title == "Final");
    }
}
