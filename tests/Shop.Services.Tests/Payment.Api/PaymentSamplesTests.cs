using System.Text;
using Shop.Payments;
using Event = Shop.Payments.PaymentEvent;

namespace Shop.Services.Tests.PaymentApi;

/// <summary>What is stored stays readable: one approved sample per stored name.</summary>
public sealed class PaymentSamplesTests
{
    private static readonly DateTimeOffset At = new(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero);

    private static readonly Dictionary<string, Event> Expected = new()
    {
        ["payment-authorization-requested.v1"] = new Event.AuthorizationRequested(
            PaymentStates.OrderId, 4_200, "GBP", "pm_card_visa", "payment-01900000-0000-7000-8000-000000000001", At),
        ["payment-authorized.v1"] = new Event.Authorized("pi_1", At),
        ["payment-declined.v1"] = new Event.Declined("insufficient_funds: Your card has insufficient funds.", At),
        ["payment-fenced.v1"] = new Event.Fenced(PaymentStates.OrderId, "deadline", At),
        ["payment-capture-requested.v1"] = new Event.CaptureRequested(At),
        ["payment-captured.v1"] = new Event.Captured(4_200, At),
        ["payment-capture-rejected.v1"] = new Event.CaptureRejected("capture_charge_authorization_expired: The authorization has expired.", At),
        ["payment-void-requested.v1"] = new Event.VoidRequested("deadline", At),
        ["payment-voided.v1"] = new Event.Voided(At),
        ["payment-refund-requested.v1"] = new Event.RefundRequested("compensation", At),
        ["payment-refunded.v1"] = new Event.Refunded(4_200, At),
        ["payment-part-refund-requested.v1"] = new Event.PartRefundRequested(Guid.Parse("01954f6e-7c00-7000-8000-00000000000a"), 849, "cracked", At),
        ["payment-part-refunded.v1"] = new Event.PartRefunded(Guid.Parse("01954f6e-7c00-7000-8000-00000000000a"), 849, At),
        ["payment-charge-found.v1"] = new Event.ChargeFound(4_200, At),
        ["payment-found-held.v1"] = new Event.FoundHeld("requires_capture", At),
        ["payment-call-refused.v1"] = new Event.CallRefused(ProviderCallKind.Cancel, "already_captured", "The intent was captured before the cancellation.", At),
        ["payment-outcome-unknown.v1"] = new Event.OutcomeUnknown(ProviderCallKind.Authorize, "The provider did not answer within 2 s.", 4, At),
    };

    public static TheoryData<string> StoredNames => [.. PaymentEvents.Types.All.Select(pair => pair.Key)];

    [Theory]
    [MemberData(nameof(StoredNames))]
    public void Every_stored_event_reads_and_writes_its_approved_sample(string storedName)
    {
        var sample = File.ReadAllBytes(Path.Combine(Folder(), storedName + ".json")).AsSpan().TrimEnd((byte)'\n');

        PaymentEvents.Types.TryDeserialize(storedName, sample, out var read).ShouldBeTrue();
        read.ShouldBe(Expected[storedName]);
        var (name, data) = PaymentEvents.Types.Serialize(Expected[storedName]);
        name.ShouldBe(storedName);
        Encoding.UTF8.GetString(data).ShouldBe(Encoding.UTF8.GetString(sample));
    }

    [Fact]
    public void Every_sample_belongs_to_a_stored_event() =>
        Directory.GetFiles(Folder()).Select(Path.GetFileNameWithoutExtension).Order().ShouldBe(PaymentEvents.Types.All.Select(pair => pair.Key).Order());

    private static string Folder([System.Runtime.CompilerServices.CallerFilePath] string path = "") =>
        Path.Combine(Path.GetDirectoryName(path)!, "Samples");
}
