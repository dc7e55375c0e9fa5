using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Shop.EventSourcing;
using Shop.EventSourcing.Protection;

namespace Shop.Ordering.Tests;

public sealed class StoredEventTests
{
    private static readonly DateTimeOffset At = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero).AddMicroseconds(123456);
    private static readonly Guid OrderId = Guid.Parse("01936f5e-7c00-7000-8000-000000000001");

    private static readonly Guid KeyId = Guid.Parse("01936f5e-7c00-7000-8000-00000000000a");

    private static readonly Dictionary<string, object> Expected = new()
    {
        ["order-placed.v1"] = new OrderEvent.Placed(
            OrderId, "c-17", new List<OrderEvent.Line> { new("85123A", 6, 255), new("71053", 1, 339) }, "GBP", 1869, "pm_card_visa", At,
            Guid.Parse("5b3c2a10-1111-8222-8333-444455556666"), "online-retail-2010-12:536365"),
        ["order-placed.v2"] = new OrderEvent.PlacedWithPersonalData(
            OrderId, "c-17", new List<OrderEvent.Line> { new("85123A", 6, 255) }, "GBP", 1530, "pm_card_visa", At,
            Guid.Parse("5b3c2a10-1111-8222-8333-444455556666"), null, new Protected<Customer>(KeyId, "ZGVmZ2hpamtsbW5vMzmwBxSMdKQc_-I"), new Protected<ShippingAddress>(KeyId, "ZGVmZ2hpamtsbW5vMzmKAwGddKQcETqL")),
        ["order-cancellation-requested.v1"] = new OrderEvent.CancellationRequested("requested by the customer", At),
        ["order-confirmed.v1"] = new OrderEvent.Confirmed(At),
        ["order-rejected.v1"] = new OrderEvent.Rejected("payment declined", At),
        ["order-cancelled.v1"] = new OrderEvent.Cancelled("requested by the customer", At),
        ["order-return-requested.v1"] = new OrderEvent.ReturnRequested(
            Guid.Parse("01954f6e-7c00-7000-8000-00000000000a"), new List<OrderEvent.ReturnedLine> { new(0, "85123A", 2, 255), new(1, "71053", 1, 339) }, 849, "cracked", At),
        ["order-return-completed.v1"] = new OrderEvent.ReturnCompleted(Guid.Parse("01954f6e-7c00-7000-8000-00000000000a"), At),
        ["product-quoted.v1"] = new QuotedProductEvent.Quoted("85123A", "White hanging heart", 255, "GBP", 3, At),
        ["request-accepted.v1"] = new IdempotentRequestEvent.Accepted(
            "checkout-1", "customer:c-17", "0fae63ab69d38a7f7de57a8eb2d9d6efd86c1b3d1a1c5bfe4ff6bb2b0c0f3d8e", OrderId, At),
        ["request-accepted.v2"] = new IdempotentRequestEvent.AcceptedWithPersonalData(
            "checkout-1", "customer:c-17", "0fae63ab69d38a7f7de57a8eb2d9d6efd86c1b3d1a1c5bfe4ff6bb2b0c0f3d8e", OrderId, At,
            new Protected<string>(KeyId, "ZGVmZ2hpamtsbW5vMzmwBxSMdKQc_-I")),
        ["request-answered.v1"] = new IdempotentRequestEvent.Answered(
            201, "{\"orderId\":\"01936f5e-7c00-7000-8000-000000000001\",\"status\":\"confirmed\"}", "/orders/01936f5e-7c00-7000-8000-000000000001", At),
        ["customer-erasure-asked.v1"] = new CustomerErasureAsked("c-17", At),
    };

    private static readonly EventTypes[] Families = [OrderEvent.Types, QuotedProductEvent.Types, IdempotentRequestEvent.Types, CustomerErasures.Types];

    public static TheoryData<string> StoredNames =>
        [.. Families.SelectMany(types => types.All).Select(pair => pair.Key)];

    [Theory]
    [MemberData(nameof(StoredNames))]
    public void Every_stored_name_reads_and_writes_its_approved_sample(string name)
    {
        var types = Families.Single(candidate => candidate.All.Any(pair => pair.Key == name));
        var sample = File.ReadAllText(Path.Combine(Folder(), $"{name}.json"));

        types.TryDeserialize(name, Encoding.UTF8.GetBytes(sample), out var read).ShouldBeTrue();
        read.ShouldBeEquivalentTo(Expected[name]);

        var (storedName, data) = types.Serialize(read!);
        storedName.ShouldBe(name);
        JsonNode.DeepEquals(JsonNode.Parse(data), JsonNode.Parse(sample)).ShouldBeTrue(Encoding.UTF8.GetString(data));
    }

    [Theory]
    [InlineData("""{"name":"Zo\u00EB","email":"zoe@example.com"}""", typeof(Customer))]
    [InlineData("""{"recipient":"Z. M.","lines":["1 High St"],"city":"Leeds","postalCode":"LS1","country":"GB"}""", typeof(ShippingAddress))]
    public void What_is_sealed_reads_and_writes_its_approved_sample(string sample, Type type)
    {
        var json = PersonJson.Default.GetTypeInfo(type)!;
        JsonSerializer.Serialize(JsonSerializer.Deserialize(sample, json), json).ShouldBe(sample);
    }

    private static string Folder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
