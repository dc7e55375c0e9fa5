using Shop.Inventory;
using Shop.Messaging;
using Shop.ServiceDefaults;

if (HealthProbe.IsAsked(args))
    return await HealthProbe.RunAsync(args);

var builder = WebApplication.CreateBuilder(args).UseDistributedMode().AddShopServiceDefaults();
builder.Services.AddInventory(builder.Configuration);
builder.Services.AddShopMessaging(builder.Configuration, bus => bus.AddInventoryConsumers());

var app = builder.Build();
app.UseShopServiceDefaults();
app.MapInventory();
return await app.RunShopAsync();
