using Shop.Messaging;
using Shop.Ordering;
using Shop.ServiceDefaults;

return await ShopService.RunAsync(
    args,
    builder =>
    {
        builder.Services.AddOrdering(builder.Configuration);
        builder.Services.AddShopMessaging(builder.Configuration, bus => bus.AddOrderingConsumers());
    },
    app => app.MapOrdering());
