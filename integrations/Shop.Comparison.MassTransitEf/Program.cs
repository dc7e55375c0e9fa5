using Microsoft.AspNetCore.Authentication.BearerToken;
using Microsoft.EntityFrameworkCore;
using Shop.Comparison;
using Shop.Comparison.Inventory;
using Shop.Comparison.Ordering;
using Shop.Comparison.Payments;

if (args is not [var name, .. var rest] || Setting.Find(name) is not { } setting)
{
    Console.Error.WriteLine($"Name a setting first: {string.Join(" or ", Setting.All.Select(known => known.Name))}. The rest is configuration, such as --urls and --ConnectionStrings:shop.");
    return 2;
}

var builder = WebApplication.CreateBuilder(rest);
if (builder.Configuration.GetConnectionString("shop") is not { Length: > 0 } database)
{
    Console.Error.WriteLine("Name a PostgreSQL database: --ConnectionStrings:shop 'Host=localhost;Database=comparison;Username=…;Password=…'");
    return 2;
}

await using var provider = await PaymentProvider.StartAsync(builder.Configuration["Data"]);
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.Services.AddAuthentication(BearerTokenDefaults.AuthenticationScheme).AddBearerToken();
builder.Services.AddAuthorization();
builder.Services.AddProblemDetails();
builder.Services.AddSingleton(TimeProvider.System);
builder.Services.AddSingleton(provider.Gateway);
builder.Services.AddSingleton<OrderWaits>();
builder.Services.AddShopDb(setting, database);
builder.Services.AddShopBus(setting, builder.Configuration);

await using var app = builder.Build();
await using (var scope = app.Services.CreateAsyncScope())
    await scope.ServiceProvider.GetRequiredService<ShopDb>().Database.EnsureCreatedAsync();

TokenEndpoint.Map(app);
ProductEndpoints.Map(app);
PlaceOrderEndpoint.Map(app);
app.MapGet("/health/ready", () => "ready");
await app.RunAsync();
return 0;
