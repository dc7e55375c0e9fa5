using Shop.Messaging.Sagas;

namespace Shop.Messaging.Tests.Sagas;

public sealed class SagaStreamsTests
{
    [Fact]
    public void What_the_next_message_does_to_a_saga_leaves_the_state_before_it_as_it_was()
    {
        var first = new CounterSaga { CorrelationId = Guid.CreateVersion7(), CurrentState = "Counting", Count = 1 };
        var snapshot = CounterSaga.Streams.Transition(SagaSnapshot.None, first, "Counted")!.After!;

        var next = CounterSaga.Streams.ToInstance(snapshot)!;
        next.Count++;

        (first.Count, CounterSaga.Streams.ToInstance(snapshot)!.Count, next.CorrelationId).ShouldBe((1, 1, first.CorrelationId));
    }
}
