using Shop.Messaging;
using Shop.Orchestration;
using Shop.ServiceDefaults;

if (HealthProbe.IsAsked(args))
    return await HealthProbe.RunAsync(args);

var builder = WebApplication.CreateBuilder(args).UseDistributedMode().AddShopServiceDefaults();
builder.Services.AddOrchestration(builder.Configuration);
builder.Services.AddShopMessaging(builder.Configuration, bus => bus.AddOrchestrationConsumers());

var app = builder.Build();
app.UseShopServiceDefaults();
app.MapOrchestration();
return await app.RunShopAsync();
