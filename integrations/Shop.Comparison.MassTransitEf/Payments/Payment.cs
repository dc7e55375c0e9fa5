using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Shop.Contracts;

namespace Shop.Comparison.Payments;

public enum PaymentStatus
{
    Authorized,
    Declined,
    Captured,
    CaptureRejected,
    Voided,
    Refunded,
}

public sealed class Payment
{
    public required Guid OrderId { get; init; }

    public required PaymentStatus Status { get; set; }

    public long AmountMinor { get; init; }

    /// <summary>The provider's id of the authorization.</summary>
    public string? IntentId { get; init; }

    public string? Reason { get; set; }

    /// <summary>What the status answers to a command, the first time and every time.</summary>
    public object Reply() => Status switch
    {
        PaymentStatus.Authorized => new PaymentAuthorized { OrderId = OrderId },
        PaymentStatus.Declined => new PaymentDeclined { OrderId = OrderId, Reason = Reason! },
        PaymentStatus.Captured => new PaymentCaptured { OrderId = OrderId, AmountMinor = AmountMinor },
        PaymentStatus.CaptureRejected => new PaymentCaptureRejected { OrderId = OrderId, Reason = Reason! },
        PaymentStatus.Voided => new PaymentVoided { OrderId = OrderId },
        _ => new PaymentRefunded { OrderId = OrderId, AmountMinor = AmountMinor },
    };
}

internal sealed class PaymentMap : IEntityTypeConfiguration<Payment>
{
    public void Configure(EntityTypeBuilder<Payment> builder)
    {
        builder.HasKey(payment => payment.OrderId);
        builder.Property(payment => payment.OrderId).ValueGeneratedNever();
        builder.Property<uint>("RowVersion").IsRowVersion();
    }
}
