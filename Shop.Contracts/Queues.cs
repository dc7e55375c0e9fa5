namespace Shop.Contracts;

/// <summary>The queues that commands are sent to; one per service.</summary>
public static class Queues
{
    public const string Order = "order";
    public const string Inventory = "inventory";
    public const string Payment = "payment";
    public const string OrderSaga = "order-saga";
}
