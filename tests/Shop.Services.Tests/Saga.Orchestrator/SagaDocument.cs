using System.Text;
using Shop.Orchestration;

namespace Shop.Services.Tests.Saga.Orchestrator;

/// <summary>Writes <c>docs/saga.md</c> from the state machine.</summary>
internal static class SagaDocument
{
    private const string Intro = """
        # The order saga

        Generated from `OrderStateMachine`; a test fails when it is out of date. Write it anew with
        `SHOP_APPROVE=1 dotnet test tests/Shop.Services.Tests --filter SagaDocument`.

        An order is tried, decided and then confirmed, or it is undone:

        - **Trying** asks Inventory to reserve and Payment to authorize, both at once. One refusal, a cancellation or the Try
          deadline leads to **Cancelling**: both are told to cancel, whether they answered or not.
        - Two good answers are the one decision. From **Confirming** on the saga only goes forward: commands are repeated until
          they are answered. If a Confirm is refused for good, **Compensating** returns the stock and refunds the money.
        - **Completing** and **Closing** tell Order.Api how the order ended. A cancellation that comes after the decision waits
          for the confirmation and is then compensated.
        - A confirmed order can be given back in parts. **Returning** restocks the units and refunds their price, both at once;
          **Recording** tells Order.Api, then the next return follows. A cancellation waits for the return under way, and then undoes
          the rest of the order with all returns that have not begun.
        - **Confirmed**, **Rejected** and **Cancelled** are kept: late messages find them and change nothing.

        Every state that waits has one live deadline. In Trying it gives the order up; later it sends the unanswered commands again
        with pauses of 5, 10, 20, 40, … seconds up to 5 minutes, for ever. After three vain repetitions the saga *needs
        attention*. An operator's retry (`POST /sagas/{orderId}/retry`) sends the same commands at once. An operator who has taken care
        of it *resolves* it (`POST /sagas/{orderId}/resolve`): the mark goes and nothing else changes, so that the commands go on being
        repeated, and the next vain repetition marks it again. An operator's cancellation (`POST /sagas/{orderId}/cancel`) is sent to the
        order, whose first durable decision wins.


        """;

    public static string Write(OrderStateMachine machine)
    {
        var map = new MachineMap(machine);
        var text = new StringBuilder(Intro);
        Diagram(text, map);
        Commands(text);
        Decisions(text, map);
        return text.ToString();
    }

    private static void Diagram(StringBuilder text, MachineMap map)
    {
        text.Append("## States\n\n```mermaid\nstateDiagram-v2\n");
        foreach (var edge in map.Transitions.GroupBy(transition => (transition.From, transition.To)).OrderBy(edge => Place(edge.Key.From)).ThenBy(edge => Place(edge.Key.To)))
        {
            var from = edge.Key.From == "Initial" ? "[*]" : edge.Key.From;
            var events = map.Events.Where(@event => edge.Any(transition => transition.Event == @event)).Select(Title);
            text.Append($"    {from} --> {edge.Key.To}: {string.Join(", ", events)}\n");
        }

        foreach (var state in MachineMap.States.Where(state => !OrderSagaPolicy.IsWaiting(state)))
            text.Append($"    {state} --> [*]\n");
        text.Append("```\n\n");
    }

    private static void Commands(StringBuilder text)
    {
        text.Append("## What each state sends and waits for\n\n| state | commands |\n|---|---|\n");
        foreach (var state in MachineMap.States[1..])
        {
            var steps = ((OrderEnding[])[OrderEnding.Reject, OrderEnding.Cancel]).SelectMany(ending => OrderSagaPolicy.Awaiting(new()
            {
                CurrentState = state,
                Stock = StockStanding.Asked,
                Payment = PaymentStanding.Asked,
                Ending = ending,
                Returns = [new() { ReturnId = Guid.Empty, Lines = [], RefundMinor = 1, Reason = "" }],
            })).Distinct();
            text.Append($"| {state} | {string.Join(state == "Closing" ? " or " : ", ", steps)} |\n");
        }

        text.Append('\n');
    }

    private static void Decisions(StringBuilder text, MachineMap map)
    {
        text.Append("""
            ## What each event does in each state

            A state's name: goes there. *noted*: is recorded, sent again or put off. *noted → X*: goes to X once the other answer is there
            too. *A or B*: A when somebody wants the order cancelled, else B
            (of three: the second when another return waits). *parked*: there is no saga, so the message is kept for a person
            to see. Empty: ignored, because it is late, repeated or decided already.


            """);
        text.Append($"| event | {string.Join(" | ", MachineMap.States)} |\n|---|{string.Concat(Enumerable.Repeat("---|", MachineMap.States.Length))}\n");
        foreach (var @event in map.Events)
            text.Append($"| {Title(@event)} | {string.Join(" | ", MachineMap.States.Select(state => Cell(map[state, @event])))} |\n");
    }

    private static string Cell(string decision) => decision switch
    {
        "-" => "",
        "none" => "*parked*",
        "stay" => "*noted*",
        _ => decision.Replace("stay|", "*noted* → ", StringComparison.Ordinal).Replace("|", " or ", StringComparison.Ordinal),
    };

    private static string Title(string @event) => @event == "Deadline.Received" ? nameof(StepTimedOut) : @event;

    private static int Place(string state) => Array.IndexOf(MachineMap.States, state);
}
