using Shop.EventSourcing.Tests.Storage.PostgreSql;
using Shop.Inventory.Tests;
using Shop.Orchestration;
using Shop.Tests;

namespace Shop.Services.Tests.Saga.Orchestrator;

[Collection(PostgresCollection.Name)]
public sealed class SagaWatchdogTests(PostgresServer server)
{
    [Theory]
    [InlineData("SQLite")]
    [InlineData("PostgreSQL")]
    public async Task A_saga_whose_deadline_is_lost_is_sent_on_its_way_and_one_that_only_waits_is_left_alone(string engine)
    {
        var clock = new PushableClock();
        await using var shop = await RunningOrchestrator.StartAsync(engine == "SQLite" ? null : await server.CreateDatabaseAsync(), jobsBy: clock);
        shop.Answers.Silent = true;
        var (stuck, waiting) = (await shop.PlaceAsync(), await shop.PlaceAsync());
        await shop.EndsInAsync(stuck, "Trying");
        await shop.EndsInAsync(waiting, "Trying");
        var (snapshot, _) = await shop.Store.ReadAsync(OrderSagas.Streams.Aggregate, stuck);
        var deadline = OrderSagas.Streams.ToInstance(snapshot)!.DeadlineTokenId!.Value;
        await shop.Store.ExecuteAsync(unit =>
        {
            unit.CancelScheduled(deadline);
            return Task.FromResult(true);
        });
        await shop.Answers.SwallowedAsync(4);
        shop.Answers.Silent = false;
        (await shop.Http.RunJobAsync(SagaWatchdog.Name)).Summary.ShouldBe("0 waiting sagas looked at, 0 without a deadline retried");

        clock.Push(TimeSpan.FromMinutes(5));
        var run = await shop.Http.RunJobAsync(SagaWatchdog.Name);

        run.ShouldHaveSucceeded();
        run.Summary.ShouldBe("2 waiting sagas looked at, 1 without a deadline retried");
        run.Lines.ShouldHaveSingleItem().ShouldContain($"{stuck:D}");
        await shop.EndsInAsync(stuck, "Confirmed");
        await shop.EndsInAsync(waiting, "Trying");
    }
}
