using Shop.Inventory;
using Shop.Messaging;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddInventory(builder.Configuration);
builder.Services.AddInMemoryMessaging(bus => bus.AddInventoryConsumers());

var app = builder.Build();
app.MapInventory();
await app.RunAsync();
