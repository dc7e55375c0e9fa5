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
        var lane = new Lane<OutboxMessage>(width: 2, capacity: 3, _ =>
        {
            done++;
            return Task.CompletedTask;
        });

        Enumerable.Range(0, 4).Select(_ => lane.TryAdd(Message)).ShouldBe([true, true, true, false]);
        done.ShouldBe(0);
        lane.Open();
        done.ShouldBe(3);
    }

    [Fact]
    public async Task Closing_it_ends_when_what_runs_has_ended_and_starts_nothing_more()
    {
        var started = new List<TaskCompletionSource>();
        var lane = new Lane<OutboxMessage>(width: 1, capacity: 3, _ =>
        {
            started.Add(new(TaskCreationOptions.RunContinuationsAsynchronously));
            return started[^1].Task;
        });
        lane.Open();
        lane.TryAdd(Message);
        lane.TryAdd(Message);

        var closed = lane.CloseAsync();
        closed.IsCompleted.ShouldBeFalse();
        started.ShouldHaveSingleItem().SetResult();
        await closed;
        started.ShouldHaveSingleItem();
    }
}
