using Shop.Messaging;
using Shop.Payments;
using Shop.ServiceDefaults;

return await ShopService.RunAsync(
    args,
    builder =>
    {
        builder.Services.AddPayments(builder.Configuration);
        builder.Services.AddShopMessaging(builder.Configuration, bus => bus.AddPaymentsConsumers());
    },
    app => app.MapPayments());
