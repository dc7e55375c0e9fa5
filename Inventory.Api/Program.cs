using Shop.Inventory;
using Shop.Messaging;
using Shop.ServiceDefaults;

return await ShopService.RunAsync(
    args,
    builder =>
    {
        builder.Services.AddInventory(builder.Configuration);
        builder.Services.AddShopMessaging(builder.Configuration, bus => bus.AddInventoryConsumers());
    },
    app => app.MapInventory());
