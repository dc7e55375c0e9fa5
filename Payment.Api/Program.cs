using Shop.Messaging;
using Shop.Payments;
using Shop.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args).AddShopServiceDefaults();
builder.Services.AddPayments(builder.Configuration);
builder.Services.AddInMemoryMessaging(bus => bus.AddPaymentsConsumers());

var app = builder.Build().UseShopServiceDefaults();
app.MapPayments();
await app.RunAsync();
