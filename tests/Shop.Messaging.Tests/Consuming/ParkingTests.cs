using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Shop.EventSourcing;

namespace Shop.Messaging.Tests.Consuming;

public sealed class ParkingTests
{
    [Fact]
    public async Task A_poison_message_is_parked_with_its_reason_and_the_others_go_on()
    {
        var poison = Guid.CreateVersion7();
        await using var shop = await TestShop.StartAsync(arrange: probe => probe.OnPing = (context, _) =>
            context.Message.Id == poison ? throw new InvalidOperationException("poison") : Task.CompletedTask);
        var good = Enumerable.Range(0, 20).Select(_ => Guid.CreateVersion7()).ToList();

        foreach (var id in good.Take(10).Append(poison).Concat(good.Skip(10)))
            await shop.PublishAsync(new Ping { Id = id });

        await TestShop.Eventually(() => shop.Probe.Pings.Count == 20, "the good ones were handled");
        await shop.OutboxIsEmptyAsync();
        shop.Probe.Pings.ShouldBe(good, ignoreOrder: true);
        var parked = (await shop.Store.Engine.ReadParkedAsync(10, default)).ShouldHaveSingleItem();
        (parked.Endpoint, parked.Reason).ShouldBe((TestShop.PingQueue, "poison"));
        parked.MessageType.ShouldContain(nameof(Ping));
        Encoding.UTF8.GetString(parked.Body).ShouldContain(poison.ToString());
    }

    [Theory]
    [InlineData("{ this is no JSON")]
    [InlineData("{\"id\":\"no guid\"}")]
    [InlineData("")]
    public async Task An_unreadable_body_is_parked_as_it_is(string body)
    {
        await using var shop = await TestShop.StartAsync();
        var id = Guid.CreateVersion7();

        await shop.Store.ExecuteAsync(unit =>
        {
            unit.Send(new(
                id, "queue:" + TestShop.PingQueue, "application/json", "urn:message:Shop.Messaging.Tests:Ping", Encoding.UTF8.GetBytes(body), null,
                TimeProvider.System.GetUtcNow(), null));
            return Task.FromResult(true);
        });
        await shop.PublishAsync(new Ping { Id = Guid.CreateVersion7() });

        await TestShop.Eventually(() => shop.Probe.Pings.Count == 1, "the readable one was handled");
        await shop.OutboxIsEmptyAsync();
        var parked = (await shop.Store.Engine.ReadParkedAsync(10, default)).ShouldHaveSingleItem();
        (parked.MessageId, Encoding.UTF8.GetString(parked.Body)).ShouldBe((id, body));
        parked.Reason.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_message_that_keeps_failing_is_parked_edited_and_redriven_while_the_others_go_on()
    {
        var poison = Guid.CreateVersion7();
        await using var shop = await TestShop.StartAsync(arrange: probe => probe.OnPing = (context, _) =>
            context.Message.Id == poison ? throw new InvalidOperationException("cannot handle this one") : Task.CompletedTask);
        var parkedMessages = shop.Services.GetRequiredService<ParkedMessages>();

        await shop.PublishAsync(new Ping { Id = poison });
        await shop.PublishAsync(new Ping { Id = Guid.CreateVersion7() });
        await shop.OutboxIsEmptyAsync();
        shop.Probe.Pings.Count.ShouldBe(1);
        var (store, parked) = (await parkedMessages.ListAsync()).ShouldHaveSingleItem();
        (store, parked.Reason).ShouldBe(("test", "cannot handle this one"));

        await Should.ThrowAsync<DomainException>(() => parkedMessages.RedriveAsync(parked.Id, "{ no json"u8.ToArray()));
        var mended = Guid.CreateVersion7();
        (await parkedMessages.RedriveAsync(parked.Id, Encoding.UTF8.GetBytes($$"""{"id":"{{mended}}"}"""))).ShouldBeTrue();

        await shop.OutboxIsEmptyAsync();
        shop.Probe.Pings.ShouldContain(mended);
        (await parkedMessages.ListAsync()).ShouldBeEmpty();
        (await parkedMessages.RedriveAsync(parked.Id)).ShouldBeFalse();
    }

    [Fact]
    public async Task Contention_is_not_the_messages_fault_it_stays_in_the_outbox()
    {
        var attempts = 0;
        await using var shop = await TestShop.StartAsync(arrange: probe => probe.OnPing = (_, _) =>
        {
            Interlocked.Increment(ref attempts);
            throw new ConcurrencyConflictException("moved on, again");
        });

        await shop.PublishAsync(new Ping { Id = Guid.CreateVersion7() });
        await TestShop.Eventually(() => Volatile.Read(ref attempts) >= 80, "it was tried 20 times in each of 4 deliveries");
        await Task.Delay(500);

        attempts.ShouldBe(80);
        (await shop.Store.Engine.ReadParkedAsync(10, default)).ShouldBeEmpty();
        (await shop.Store.Engine.ReadOutboxAsync(10, default)).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_failure_because_of_a_state_that_another_store_has_changed_is_handled_again()
    {
        var stream = Guid.CreateVersion7();
        await using var shop = await TestShop.StartAsync(arrange: probe => probe.OnPing = async (context, _) =>
        {
            var notes = await context.UnitOfWork().LoadAsync(Notes.Aggregate, stream);
            if (context.UnitOfWork().Decide(() => notes.State.Count) == 0)
                throw new InvalidOperationException("unexpected in this state");
        });
        (await shop.Store.ReadAsync(Notes.Aggregate, stream)).Version.ShouldBe(0);
        await using (var other = await shop.OpenOtherStoreAsync())
        {
            await other.ExecuteAsync(async unit => await unit.DecideAsync(Notes.Aggregate, stream, _ => [new NoteEvent.Taken("elsewhere")]));
        }

        await shop.PublishAsync(new Ping { Id = Guid.CreateVersion7() });

        await shop.OutboxIsEmptyAsync();
        shop.Probe.Pings.Count.ShouldBe(1);
        (await shop.Store.Engine.ReadParkedAsync(10, default)).ShouldBeEmpty();
    }
}
