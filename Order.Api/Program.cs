using Shop.Messaging;
using Shop.Ordering;
using Shop.ServiceDefaults;

if (HealthProbe.IsAsked(args))
    return await HealthProbe.RunAsync(args);

var builder = WebApplication.CreateBuilder(args).UseDistributedMode().AddShopServiceDefaults();
builder.Services.AddOrdering(builder.Configuration);
builder.Services.AddShopMessaging(builder.Configuration, bus => bus.AddOrderingConsumers());

var app = builder.Build();
app.UseShopServiceDefaults();
app.MapOrdering();
return await app.RunShopAsync();
