using Shop.EventSourcing.Storage;
using Shop.Messaging.Delivery;

namespace Shop.Messaging.Tests.Delivery;

public sealed class LaneTests
{
    private static readonly OutboxMessage Message = new(Guid.Empty, "exchange:x", "application/json", "urn:message:x", [], null, default, null);

    [Fact]
    public void Nothing_runs_before_it_opens_and_no_more_wait_than_may()
    {
        var done = 0;
        var lane = new Lane(width: 2, capacity: 3, _ =>
        {
            done++;
            return Task.CompletedTask;
        });

        Enumerable.Range(0, 4).Select(_ => lane.TryAdd(Message)).ShouldBe([true, true, true, false]);
        done.ShouldBe(0);
        lane.Open();
        done.ShouldBe(3);
    }
}
