using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Shop.EventSourcing;
using Shop.Messaging.Operating;

namespace Shop.Messaging.Tests.Operating;

public sealed class OperatorActionTests
{
    [Fact]
    public void The_stored_event_reads_and_writes_its_approved_sample()
    {
        const string Sample = """{"who":"ann","action":"message-redriven","target":"message 01900000-0000-7000-8000-000000000001","reason":"the provider is back"}""";
        var acted = new OperatorActed("ann", "message-redriven", "message 01900000-0000-7000-8000-000000000001", "the provider is back");

        OperatorActions.Types.TryDeserialize("operator-acted.v1", Encoding.UTF8.GetBytes(Sample), out var read).ShouldBeTrue();
        read.ShouldBe(acted);
        var (name, data) = OperatorActions.Types.Serialize(acted);
        (name, Encoding.UTF8.GetString(data)).ShouldBe(("operator-acted.v1", Sample));
    }

    [Fact]
    public async Task Actions_are_recorded_with_what_they_did_and_listed_newest_first_a_page_at_a_time()
    {
        await using var shop = await TestShop.StartAsync();
        var list = shop.Services.GetRequiredService<OperatorActionList>();
        (await list.ReadAsync(null, 10)).Items.ShouldBeEmpty("there are none yet");

        for (var number = 1; number <= 5; number++)
            await shop.Store.RecordOperatorActionAsync(new("ann", "tried", $"thing {number}", "because"));
        await Should.ThrowAsync<DomainException>(() => shop.Store.ExecuteAsync<bool>(async unit =>
        {
            unit.RecordOperatorAction(new("ann", "refused", "thing", "because"));
            throw new DomainException("no", "It was not done.");
        }));

        var pages = new List<OperatorActionPage> { await list.ReadAsync(null, 2) };
        while (pages[^1].Next is { } next)
            pages.Add(await list.ReadAsync(next, 2));
        pages.Select(page => string.Join(' ', page.Items.Select(action => action.Number))).ShouldBe(["5 4", "3 2", "1"]);
        pages[0].Items[0].ShouldBe(new("test", 5, pages[0].Items[0].At, "ann", "tried", "thing 5", "because"));
        await Should.ThrowAsync<DomainException>(() => list.ReadAsync("test", 2));
    }

    [Fact]
    public async Task A_redriven_message_and_the_record_of_it_are_one_commit()
    {
        await using var shop = await TestShop.StartAsync(arrange: probe => probe.OnPing = (context, _) =>
            context.Message.Through == "" ? throw new InvalidOperationException("poison") : Task.CompletedTask);
        var id = Guid.CreateVersion7();
        await shop.PublishAsync(new Ping { Id = id });
        await shop.OutboxIsEmptyAsync();
        var parked = (await shop.Store.Engine.ReadParkedAsync(10, default)).ShouldHaveSingleItem();

        (await shop.Services.GetRequiredService<ParkedMessages>().RedriveAsync(
            parked.Id, Encoding.UTF8.GetBytes($$"""{"id":"{{id}}","through":"edited"}"""), "ann", " mended by hand ")).ShouldBeTrue();

        await shop.OutboxIsEmptyAsync();
        var action = (await shop.Services.GetRequiredService<OperatorActionList>().ReadAsync(null, 10)).Items.ShouldHaveSingleItem();
        (action.Who, action.Action, action.Target, action.Reason).ShouldBe(("ann", "message-edited-and-redriven", $"message {parked.Id:D}", "mended by hand"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("  ")]
    public void A_reason_that_is_missing_is_asked_for(string? reason)
    {
        Should.Throw<DomainException>(() => OperatorActions.RequireReason(reason)).Field.ShouldBe("reason");
        OperatorActions.ReasonOrNone(reason).ShouldBe(OperatorActions.NoReason);
    }

    [Theory]
    [InlineData("a\0b")]
    [InlineData("two\nlines")]
    public void A_reason_is_one_line_that_every_database_takes(string reason)
    {
        Should.Throw<DomainException>(() => OperatorActions.RequireReason(reason)).Field.ShouldBe("reason");
        Should.Throw<DomainException>(() => OperatorActions.ReasonOrNone(reason)).Field.ShouldBe("reason");
    }

    [Fact]
    public void A_reason_has_at_most_200_characters()
    {
        OperatorActions.RequireReason(new string('x', 200)).Length.ShouldBe(200);
        Should.Throw<DomainException>(() => OperatorActions.RequireReason(new string('x', 201))).Field.ShouldBe("reason");
        Should.Throw<DomainException>(() => OperatorActions.ReasonOrNone(new string('x', 201))).Field.ShouldBe("reason");
    }
}
