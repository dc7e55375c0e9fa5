using Shop.ServiceDefaults;
using Shop.Storefront;

return await ShopService.RunAsync(
    args,
    builder => builder.AddStorefront(),
    app => app.MapStorefront());
