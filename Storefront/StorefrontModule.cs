using Microsoft.AspNetCore.Localization;
using Radzen;
using Shop.Storefront.Cart;
using Shop.Storefront.Clients;
using Shop.Storefront.Hosting;
using Shop.Storefront.Preferences;

namespace Shop.Storefront;

/// <summary>The shop that people buy in and the console that operators work in.</summary>
public static class StorefrontModule
{
    public static WebApplicationBuilder AddStorefront(this WebApplicationBuilder builder)
    {
        // The scripts and styles of our packages are found beside the packages until the application is published.
        builder.WebHost.UseStaticWebAssets();
        var services = builder.Services;
        services.AddRazorComponents().AddInteractiveServerComponents();
        services.AddCascadingAuthenticationState();
        services.AddRadzenComponents();
        services.AddLocalization();
        services.Configure<RequestLocalizationOptions>(options =>
        {
            options.SetDefaultCulture(Languages.English).AddSupportedCultures(Languages.All).AddSupportedUICultures(Languages.All);
            options.RequestCultureProviders = [new CookieRequestCultureProvider(), new AcceptLanguageHeaderRequestCultureProvider()];
        });
        services.AddHttpClient(nameof(ServiceCaller)).ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { UseProxy = false });
        services.AddSingleton<ServiceAddresses>();
        services.AddScoped<ServiceCaller>();
        services.AddScoped<CatalogueClient>();
        services.AddScoped<OrderClient>();
        services.AddScoped<ProgressClient>();
        services.AddScoped<CartStore>();
        return builder;
    }

    public static WebApplication MapStorefront(this WebApplication app)
    {
        app.UseRequestLocalization();
        app.UseAntiforgery();
        app.MapStaticAssets();
        BlazorScript.Map(app);
        PreferenceEndpoints.Map(app);
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode();
        return app;
    }
}
