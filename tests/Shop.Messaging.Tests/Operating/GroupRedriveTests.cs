using Microsoft.Extensions.DependencyInjection;
using Shop.Messaging.Operating;

namespace Shop.Messaging.Tests.Operating;

public sealed class GroupRedriveTests
{
    [Fact]
    public async Task A_group_is_sent_again_with_progress_and_the_others_stay_parked()
    {
        var mended = false;
        await using var shop = await TestShop.StartAsync(arrange: probe => probe.OnPing = (context, _) =>
            context.Message.Through == "other" ? throw new ArgumentException("another mistake")
            : Volatile.Read(ref mended) ? Task.CompletedTask : throw new InvalidOperationException("not mended yet"));
        var parked = shop.Services.GetRequiredService<ParkedMessages>();
        for (var number = 0; number < 12; number++)
            await shop.PublishAsync(new Ping { Id = Guid.CreateVersion7(), Through = number < 2 ? "other" : "" });
        await shop.OutboxIsEmptyAsync();
        var groups = await parked.GroupsAsync();
        groups.Select(group => $"{group.Status.Group.Endpoint} {group.Status.Group.Failure} {group.Status.Messages}").ShouldBe(
            [$"{TestShop.PingQueue} System.InvalidOperationException 10", $"{TestShop.PingQueue} System.ArgumentException 2"]);

        Volatile.Write(ref mended, true);
        var redrives = shop.Services.GetRequiredService<GroupRedrives>();
        (await redrives.BeginAsync("test", groups[0].Status.Group with { Failure = "Nobody" }, "ann", "why not")).ShouldBeNull();
        var begun = (await redrives.BeginAsync("test", groups[0].Status.Group, "ann", "it is mended"))!;

        await TestShop.Eventually(() => redrives.Find(begun.Id)?.EndedAt is not null, "it has ended");
        var ended = redrives.Find(begun.Id)!;
        (ended.Total, ended.Done, ended.Error).ShouldBe((10, 10, null));
        await shop.OutboxIsEmptyAsync();
        shop.Probe.Pings.Count.ShouldBe(10);
        (await parked.GroupsAsync()).ShouldHaveSingleItem().Status.Group.Failure.ShouldBe("System.ArgumentException");
        var action = (await shop.Services.GetRequiredService<OperatorActionList>().ReadAsync(null, 10)).Items.ShouldHaveSingleItem();
        (action.Who, action.Action, action.Reason).ShouldBe(("ann", "parked-group-redriven", "it is mended"));
    }

    [Fact]
    public async Task A_group_that_goes_on_failing_is_parked_again_and_the_redriving_ends()
    {
        await using var shop = await TestShop.StartAsync(arrange: probe => probe.OnPing = (_, _) => throw new InvalidOperationException("never"));
        await shop.PublishAsync(new Ping { Id = Guid.CreateVersion7() });
        await shop.OutboxIsEmptyAsync();
        var parked = shop.Services.GetRequiredService<ParkedMessages>();
        var before = (await parked.ListAsync()).ShouldHaveSingleItem().Message;
        var redrives = shop.Services.GetRequiredService<GroupRedrives>();

        var begun = (await redrives.BeginAsync("test", (await parked.GroupsAsync())[0].Status.Group, "ann", "once more"))!;

        await TestShop.Eventually(() => redrives.Find(begun.Id)?.EndedAt is not null, "it has ended");
        await shop.OutboxIsEmptyAsync();
        var after = (await parked.ListAsync()).ShouldHaveSingleItem().Message;
        after.Id.ShouldNotBe(before.Id);
        after.MessageId.ShouldBe(before.MessageId);
    }

    [Fact]
    public async Task A_message_that_fails_is_listed_while_it_is_tried_again()
    {
        var fails = true;
        await using var shop = await TestShop.StartAsync(arrange: probe => probe.OnPing = (_, _) =>
            Volatile.Read(ref fails) ? throw new TimeoutException("not now") : Task.CompletedTask);
        var failing = shop.Services.GetRequiredService<FailingMessages>();

        await shop.PublishAsync(new Ping { Id = Guid.CreateVersion7() });

        await TestShop.Eventually(() => failing.All is [{ Attempts: >= 2 }], "it has failed twice and is tried again");
        var (endpoint, type, reason) = failing.All is [var message] ? (message.Endpoint, message.MessageType, message.Reason) : default;
        (endpoint, type, reason).ShouldBe((TestShop.PingQueue, nameof(Ping), "not now"));
        Volatile.Write(ref fails, false);
        await shop.OutboxIsEmptyAsync();
        failing.All.ShouldBeEmpty();
    }
}
