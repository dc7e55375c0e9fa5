using Shop.Audit;
using Shop.Audit.Live;
using Shop.EventSourcing.Storage;

namespace Shop.Host.Tests.Audit;

public sealed class LiveAuditTests
{
    private static readonly DateTimeOffset EndedAt = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly TestShopLogs shop = new();
    private string? away;
    private bool awayAtStreams;

    [Fact]
    public async Task Orders_that_ended_as_promised_are_green_and_forgotten()
    {
        var audit = Audit();

        (await audit.StepAsync()).ShouldBeFalse("everything was read");

        var report = audit.Report;
        (report.CaughtUp, report.UnderWay, report.NotKept).ShouldBe((true, 0, 0L));
        report.Violations.ShouldBeEmpty();
        report.Promises.Where(standing => standing.Promise != Promise.EverythingProvable).ShouldAllBe(standing => standing.Green == 3 && standing.Violations == 0);
        report.Promises.Single(standing => standing.Promise == Promise.EverythingProvable).Green
            .ShouldBe(new[] { shop.Order, shop.Saga, shop.Payment, shop.Inventory }.Sum(store => store.Log.Count));
    }

    [Fact]
    public async Task An_order_is_not_forgotten_while_a_log_is_behind_that_may_still_tell_of_it()
    {
        shop.Order.RecordAt(EndedAt);
        shop.Saga.RecordAt(EndedAt);
        shop.Payment.RecordAt(EndedAt);
        shop.Inventory.RecordAt(EndedAt, deliveries: 5_000);
        var audit = Audit();

        (await audit.StepAsync()).ShouldBeTrue("inventory is behind");
        while (await audit.StepAsync())
            audit.Report.Violations.ShouldBeEmpty();

        audit.Report.Violations.ShouldBeEmpty();
        audit.Report.Promises[0].Green.ShouldBe(3);
    }

    [Fact]
    public async Task An_order_that_is_under_way_is_no_violation_until_it_has_stood_still_for_long()
    {
        var underWay = Guid.CreateVersion7();
        shop.Place(underWay);
        var patient = Audit(TimeSpan.MaxValue);
        var impatient = Audit();

        await patient.StepAsync();
        await impatient.StepAsync();

        patient.Report.Violations.ShouldBeEmpty();
        patient.Report.UnderWay.ShouldBe(1);
        impatient.Report.Violations.ShouldContain(violation => violation.OrderId == underWay && violation.Promise == Promise.EveryOrderEnds && violation.Found == "not ended");
    }

    [Fact]
    public async Task A_violation_has_its_evidence_and_the_others_stay_green()
    {
        shop.ChangeIntent(TestShopLogs.Confirmed, intent => intent with { CapturedMinor = 4600 });
        var audit = Audit();

        await audit.StepAsync();

        var violation = audit.Report.Violations.ShouldHaveSingleItem();
        (violation.Promise, violation.OrderId, violation.Subject, violation.Found).ShouldBe((Promise.MoneyAndStockConserved, TestShopLogs.Confirmed, "provider", "4600"));
        violation.Evidence.ShouldContain(line => line.Contains("payment-captured.v1"));
        violation.Evidence.ShouldContain(line => line.Contains("order-confirmed.v1"));
        audit.Report.Promises.Single(standing => standing.Promise == Promise.EveryOrderEnds).Green.ShouldBe(2);
    }

    [Fact]
    public async Task What_is_mended_is_green_again()
    {
        shop.ChangeIntent(TestShopLogs.Confirmed, intent => intent with { CapturedMinor = 4600 });
        var audit = Audit();
        await audit.StepAsync();

        shop.ChangeIntent(TestShopLogs.Confirmed, intent => intent with { CapturedMinor = 4500 });
        await audit.StepAsync();

        audit.Report.Violations.ShouldBeEmpty();
        audit.Report.Healed.ShouldBe(1);
        audit.Report.Promises[0].Green.ShouldBe(3);
    }

    [Fact]
    public async Task Something_that_happens_to_a_forgotten_order_is_checked_with_all_that_was_before()
    {
        var audit = Audit();
        await audit.StepAsync();

        shop.Stock("MUG", "stock-returned.v1", TestShopLogs.Confirmed, 2);
        await audit.StepAsync();

        audit.Report.Violations.Select(violation => $"{violation.Subject}: {violation.Found}").Order().ShouldBe(
            ["stock of MUG: 0", "stock of MUG: 0"]);
        audit.Report.Violations.Count(violation => violation.OrderId == TestShopLogs.Confirmed).ShouldBe(1);
        audit.Report.Promises.Single(standing => standing.Promise == Promise.EveryOrderEnds).Green.ShouldBe(2, "it is green no more");
    }

    [Fact]
    public async Task An_unknown_event_and_a_hole_in_a_log_are_found()
    {
        shop.Order.Append("order-x", "order-vanished.v9", "{}");
        shop.Saga.Log.RemoveAt(0);
        var audit = Audit();

        await audit.StepAsync();

        audit.Report.Violations.ShouldContain(violation => violation.Promise == Promise.EverythingProvable && violation.Found == "order-vanished.v9");
        audit.Report.Violations.ShouldContain(violation => violation.Promise == Promise.EverythingProvable && violation.Expected == "position 1");
    }

    [Fact]
    public async Task Memory_is_bounded_by_what_is_under_way_and_what_is_kept()
    {
        for (var number = 0; number < 20; number++)
            shop.Place(Guid.CreateVersion7());
        var audit = Audit(mostKept: 5);

        await audit.StepAsync();

        audit.Report.Violations.Select(violation => violation.OrderId).Distinct().Count().ShouldBe(5);
        audit.Report.NotKept.ShouldBe(15);
        audit.Report.UnderWay.ShouldBe(0);
    }

    [Fact]
    public async Task A_log_that_is_away_makes_it_late_and_it_says_so_and_then_goes_on()
    {
        var audit = Audit();
        away = "payment: nobody answers";

        (await audit.StepAsync()).ShouldBeFalse("there is nothing to do but wait");
        var waiting = audit.Report;
        (waiting.CaughtUp, waiting.WaitsFor).ShouldBe((false, "payment: nobody answers"));
        waiting.Violations.ShouldBeEmpty();

        away = null;
        await audit.StepAsync();
        shop.Stock("MUG", "stock-returned.v1", TestShopLogs.Confirmed, 2);
        awayAtStreams = true;
        await audit.StepAsync();
        audit.Report.WaitsFor.ShouldBe("payment: no streams");
        awayAtStreams = false;
        await audit.StepAsync();

        (audit.Report.WaitsFor, audit.Report.CaughtUp).ShouldBe((null, true));
        audit.Report.Violations.Count(violation => violation.OrderId == TestShopLogs.Confirmed).ShouldBe(1, "what came while it was away is checked with all that was before");
    }

    [Fact]
    public async Task Without_the_providers_books_the_shops_own_are_taken_and_it_says_so()
    {
        shop.ChangeIntent(TestShopLogs.Confirmed, intent => intent with { CapturedMinor = 4600 });
        var audit = new LiveAudit(Stores(), (_, _) => Task.FromResult<IReadOnlyList<ProviderIntent>?>(null), new(default), TimeProvider.System);

        await audit.StepAsync();

        (audit.Report.ProviderChecked, audit.Report.Promises[0].Green).ShouldBe((false, 3L));
        audit.Report.Violations.ShouldBeEmpty();
    }

    private LiveAudit Audit(TimeSpan patience = default, int mostKept = 100) => new(
        Stores(), (orders, _) => Task.FromResult<IReadOnlyList<ProviderIntent>?>([.. shop.Provider.Where(intent => orders.Contains(Guid.Parse(intent.OrderId!)))]),
        new(patience, mostKept), TimeProvider.System);

    private FollowedStore[] Stores() =>
    [
        new("order", new StoreLog(shop.Order)), new("inventory", new StoreLog(shop.Inventory)), new("payment", new PaymentLog(this)), new("saga", new StoreLog(shop.Saga)),
    ];

    /// <summary>A log elsewhere, which may be away.</summary>
    private sealed class PaymentLog(LiveAuditTests test) : IFollowedLog
    {
        private readonly StoreLog log = new(test.shop.Payment);

        public Task<long> ReadHeadAsync(CancellationToken cancellationToken) =>
            test.away is { } why ? throw new SourceAwayException(why) : log.ReadHeadAsync(cancellationToken);

        public Task<IReadOnlyList<RecordedEvent>> ReadLogAsync(long after, int limit, CancellationToken cancellationToken) => log.ReadLogAsync(after, limit, cancellationToken);

        public Task<IReadOnlyList<RecordedEvent>> ReadStreamAsync(string stream, CancellationToken cancellationToken) =>
            test.awayAtStreams ? throw new SourceAwayException("payment: no streams") : log.ReadStreamAsync(stream, cancellationToken);
    }
}
