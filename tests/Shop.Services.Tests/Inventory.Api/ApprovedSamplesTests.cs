using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;
using Shop.EventSourcing;

namespace Shop.Inventory.Tests;

/// <summary>What is stored must be readable forever: one approved JSON sample per stored name.</summary>
public sealed class ApprovedSamplesTests
{
    private static readonly Guid OrderId = Guid.Parse("0198c0de-0000-7000-8000-000000000001");
    private static readonly Guid ExpiryId = Guid.Parse("0198c0de-0000-7000-8000-000000000002");

    private static readonly EventTypes[] Families = [ProductEvent.Types, StockEvent.Types, ReceiptEvent.Types, ReservationEvent.Types];

    private static readonly Dictionary<string, object> Samples = new(StringComparer.Ordinal)
    {
        ["product-listed.v1"] = new ProductEvent.Listed("85123a", "White hanging heart", "T-light holder", 255, "GBP", 40),
        ["product-price-changed.v1"] = new ProductEvent.PriceChanged(295, "GBP"),
        ["product-details-changed.v1"] = new ProductEvent.DetailsChanged("White heart", "Holds one t-light"),
        ["stock-received.v1"] = new StockEvent.Received("85123a", 40, "delivery 17"),
        ["stock-adjusted.v1"] = new StockEvent.Adjusted("85123a", -2, "broken"),
        ["stock-reserved.v1"] = new StockEvent.Reserved(OrderId, 6),
        ["stock-released.v1"] = new StockEvent.Released(OrderId, 6),
        ["stock-sold.v1"] = new StockEvent.Sold(OrderId, 6),
        ["stock-returned.v1"] = new StockEvent.Returned(OrderId, 6),
        ["receipt-booked.v1"] = new ReceiptEvent.Booked(40),
        ["reservation-held.v1"] = new ReservationEvent.Held(
            OrderId, new List<ReservedLine> { new("85123a", 6), new("85123A", 1) }, new(2026, 3, 1, 12, 10, 0, TimeSpan.Zero), 1, ExpiryId),
        ["reservation-rejected.v1"] = new ReservationEvent.Rejected(OrderId, "85123a: wanted 6, available 2"),
        ["reservation-fenced.v1"] = new ReservationEvent.Fenced(OrderId, "payment declined"),
        ["reservation-expired.v1"] = new ReservationEvent.Expired(1),
        ["reservation-confirmed.v1"] = new ReservationEvent.Confirmed(),
        ["reservation-confirmation-rejected.v1"] = new ReservationEvent.ConfirmationRejected("lease expired and stock gone: 85123a: wanted 6, available 2"),
        ["reservation-cancelled.v1"] = new ReservationEvent.Cancelled("payment declined"),
        ["reservation-lines-returned.v1"] = new ReservationEvent.LinesReturned(Guid.Parse("01954f6e-7c00-7000-8000-00000000000a"), new List<ReservedLine> { new("85123a", 2) }, "cracked"),
        ["reservation-returned.v1"] = new ReservationEvent.Returned("customer cancelled"),
    };

    public static TheoryData<string> StoredNames => [.. Families.SelectMany(family => family.All).Select(pair => pair.Key)];

    [Theory]
    [MemberData(nameof(StoredNames))]
    public void A_stored_event_reads_as_it_was_written_and_writes_as_it_was_read(string storedName)
    {
        var approved = File.ReadAllText(Path.Combine(Folder(), storedName + ".json"));
        var family = Families.Single(family => family.All.Any(pair => pair.Key == storedName));

        family.TryDeserialize(storedName, Encoding.UTF8.GetBytes(approved), out var @event).ShouldBeTrue();
        @event.ShouldBeEquivalentTo(Samples[storedName]);

        var (name, data) = family.Serialize(@event!);
        name.ShouldBe(storedName);
        JsonNode.DeepEquals(JsonNode.Parse(data), JsonNode.Parse(approved)).ShouldBeTrue(Encoding.UTF8.GetString(data));
    }

    [Fact]
    public void Every_sample_belongs_to_a_stored_name() =>
        Directory.EnumerateFiles(Folder()).Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal)
            .ShouldBe(Samples.Keys.Order(StringComparer.Ordinal));

    [Fact]
    public void Stock_received_without_a_reference_leaves_it_out() =>
        Encoding.UTF8.GetString(StockEvent.Types.Serialize(new StockEvent.Received("85123a", 1, null)).Data).ShouldBe("""{"sku":"85123a","quantity":1}""");

    private static string Folder([CallerFilePath] string file = "") => Path.Combine(Path.GetDirectoryName(file)!, "Samples");
}
