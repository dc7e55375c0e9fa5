using Shop.Messaging;
using Shop.Payments;
using Shop.ServiceDefaults;

if (HealthProbe.IsAsked(args))
    return await HealthProbe.RunAsync(args);

var builder = WebApplication.CreateBuilder(args).UseDistributedMode().AddShopServiceDefaults();
builder.Services.AddPayments(builder.Configuration);
builder.Services.AddShopMessaging(builder.Configuration, bus => bus.AddPaymentsConsumers());

var app = builder.Build().UseShopServiceDefaults();
app.MapPayments();
return await app.RunShopAsync();
