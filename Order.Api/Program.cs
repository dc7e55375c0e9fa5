using Shop.Messaging;
using Shop.Ordering;
using Shop.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
builder.AddShopServiceDefaults();
builder.Services.AddOrdering(builder.Configuration);
builder.Services.AddInMemoryMessaging(bus => bus.AddOrderingConsumers());

var app = builder.Build();
app.UseShopServiceDefaults();
app.MapOrdering();
await app.RunAsync();
