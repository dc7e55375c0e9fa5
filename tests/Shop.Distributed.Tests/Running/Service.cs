using Shop.Inventory;
using Shop.Messaging;
using Shop.Orchestration;
using Shop.Ordering;
using Shop.Payments;

namespace Shop.Distributed.Tests.Running;

/// <summary>A service as the drills know it.</summary>
/// <param name="Name">Of its store, its connection string and its user at the broker.</param>
/// <param name="Project">Of its program.</param>
internal sealed record Service(string Name, string Project, StoreDefinition Store)
{
    public const string Order = "order";
    public const string Inventory = "inventory";
    public const string Payment = "payment";
    public const string Saga = "saga";

    public static readonly IReadOnlyList<Service> All =
    [
        new(Order, "Order.Api", OrderingModuleExtensions.Store),
        new(Inventory, "Inventory.Api", InventoryRegistration.Store),
        new(Payment, "Payment.Api", PaymentsModuleExtensions.Store),
        new(Saga, "Saga.Orchestrator", OrderSagas.Store),
    ];
}
