using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Shop.Comparison.Orchestration;

public sealed class OrderSaga : SagaStateMachineInstance
{
    /// <summary>The order's id.</summary>
    public Guid CorrelationId { get; set; }

    public string CurrentState { get; set; } = null!;

    /// <summary>Stock has answered the commands of the current state.</summary>
    public bool StockAnswered { get; set; }

    /// <summary>Payment has answered the commands of the current state.</summary>
    public bool PaymentAnswered { get; set; }

    /// <summary>Why the order is rejected.</summary>
    public string? Reason { get; set; }

    public DateTimeOffset PlacedAt { get; set; }

    /// <summary>PostgreSQL's <c>xmin</c>.</summary>
    public uint RowVersion { get; set; }
}

internal sealed class OrderSagaMap : SagaClassMap<OrderSaga>
{
    protected override void Configure(EntityTypeBuilder<OrderSaga> entity, ModelBuilder model)
    {
        entity.Property(saga => saga.CurrentState).HasMaxLength(64);
        entity.Property(saga => saga.RowVersion).HasColumnName("xmin").HasColumnType("xid").IsRowVersion();
    }
}
