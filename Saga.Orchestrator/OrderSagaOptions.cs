namespace Shop.Orchestration;

/// <summary>Time limits of the order saga; section <c>OrderSaga</c> of the configuration.</summary>
public sealed class OrderSagaOptions
{
    /// <summary>How long Try may take before the order is given up.</summary>
    public int TryDeadlineSeconds { get; set; } = 30;

    /// <summary>How long Inventory holds a reservation without a Confirm; well above the Try deadline.</summary>
    public int LeaseSeconds { get; set; } = 300;
}
