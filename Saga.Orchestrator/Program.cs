using Shop.Messaging;
using Shop.Orchestration;
using Shop.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
builder.AddShopServiceDefaults();
builder.Services.AddOrchestration(builder.Configuration);
builder.Services.AddInMemoryMessaging(bus => bus.AddOrchestrationConsumers());

var app = builder.Build();
app.UseShopServiceDefaults();
app.MapOrchestration();
await app.RunAsync();
