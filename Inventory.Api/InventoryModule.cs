using MassTransit;
using Shop.Contracts;
using Shop.EventSourcing.Archive;
using Shop.Jobs;
using Shop.Messaging;
using Shop.ServiceDefaults;

namespace Shop.Inventory;

/// <summary>Tells the inventory's store from the others in dependency injection.</summary>
public sealed class InventoryModule;

public static class InventoryRegistration
{
    public static StoreDefinition Store { get; } = new()
    {
        Name = "inventory",
        Schema = typeof(InventoryModule).Assembly,
        InlineProjections = [ProductRow.Projection, StockLevelRow.Projection, ReservationRow.Projection],
        Snapshotted = [StockItem.Aggregate],
        ArchivePolicies =
        [
            new ArchivePolicy<Reservation, ReservationEvent>(
                Reservation.Aggregate, reservation => reservation is not (Reservation.Untried or Reservation.Held or Reservation.Expired)),
            new ArchivePolicy<Receipt, ReceiptEvent>(Receipt.Aggregate, receipt => receipt.Quantity > 0),
        ],
    };

    public static IServiceCollection AddInventory(this IServiceCollection services, IConfiguration configuration) =>
        services.AddStore<InventoryModule>(configuration, Store).AddSingleton<Inventory>().AddSingleton<IOverviewPart, StockOverview>().AddJob(ExpirySweep.Define)
            .AddSingleton<ReservationPart>().AddSingleton<IOrderPartReader>(provider => provider.GetRequiredService<ReservationPart>());

    public static void AddInventoryConsumers(this IBusRegistrationConfigurator bus) =>
        bus.AddServiceEndpoint<InventoryModule>(Queues.Inventory, endpoint => endpoint
            .Consumer<ReserveStockConsumer>()
            .Consumer<ConfirmStockConsumer>()
            .Consumer<CancelStockConsumer>()
            .Consumer<ReturnStockConsumer>()
            .Consumer<ReturnStockLinesConsumer>()
            .Consumer<ExpireReservationConsumer>());

    public static IEndpointRouteBuilder MapInventory(this IEndpointRouteBuilder routes)
    {
        routes = routes.WithPositions<InventoryModule>();
        routes.MapProducts();
        routes.MapStock();
        ReservationPart.Map(routes);
        return routes;
    }
}
