using Shop.Messaging;
using Shop.Orchestration;
using Shop.ServiceDefaults;

return await ShopService.RunAsync(
    args,
    builder =>
    {
        builder.Services.AddOrchestration(builder.Configuration);
        builder.Services.AddShopMessaging(builder.Configuration, bus => bus.AddOrchestrationConsumers());
    },
    app => app.MapOrchestration());
