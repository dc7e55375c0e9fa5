using Shop.Messaging;
using Shop.Payments;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddPayments(builder.Configuration);
builder.Services.AddInMemoryMessaging(bus => bus.AddPaymentsConsumers());

var app = builder.Build();
app.MapPayments();
await app.RunAsync();
