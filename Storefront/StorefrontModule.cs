using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.AspNetCore.Localization;
using Radzen;
using Shop.ServiceDefaults.Refusals;
using Shop.ServiceDefaults.Security;
using Shop.Storefront.Accounts;
using Shop.Storefront.Cart;
using Shop.Storefront.Clients;
using Shop.Storefront.Clients.Operations;
using Shop.Storefront.Clients.Sagas;
using Shop.Storefront.Hosting;
using Shop.Storefront.Pages.Sagas;
using Shop.Storefront.Preferences;

namespace Shop.Storefront;

/// <summary>The shop that people buy in and the console that operators work in.</summary>
public static class StorefrontModule
{
    public static WebApplicationBuilder AddStorefront(this WebApplicationBuilder builder)
    {
        // The scripts and styles of our packages are found beside the packages until the application is published.
        builder.WebHost.UseStaticWebAssets();
        // Until then they are also taken for files under work: each page would load its two megabytes anew, since nothing may be cached.
        if (!builder.Environment.IsDevelopment())
            builder.Configuration["ReloadStaticAssetsAtRuntime"] ??= "false";
        var services = builder.Services;
        services.AddRazorComponents().AddInteractiveServerComponents();
        services.AddCascadingAuthenticationState();
        AccountsRegistration.Add(services);
        services.AddRadzenComponents();
        services.AddLocalization();
        services.AddSingleton(new ErrorPages("/problem/{0}"));
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
        services.AddScoped<JobClient>();
        services.AddScoped<CartStore>();
        services.AddScoped<OverviewClient>().AddScoped<MessagesClient>().AddScoped<EventsClient>().AddScoped<ProjectionsClient>();
        services.AddScoped<StockClient>().AddScoped<PaymentsClient>().AddScoped<CustomersClient>().AddScoped<AuditClient>();
        services.AddScoped<SagasClient>().AddScoped<SavedViews>();
        return builder;
    }

    public static WebApplication MapStorefront(this WebApplication app)
    {
        app.UseRequestLocalization();
        app.UseAntiforgery();
        app.MapStaticAssets().AllowAnonymous();
        BlazorScript.Map(app);
        PreferenceEndpoints.Map(app);
        AccountEndpoints.Map(app);
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode().SignedInByCookie().Add(OpenToEverybodyUnlessPage);
        return app;
    }

    /// <summary>Each page says who may see it, and one that does not is for operators; Blazor's own routes only serve pages that were shown.</summary>
    private static void OpenToEverybodyUnlessPage(EndpointBuilder endpoint)
    {
        if (!endpoint.Metadata.OfType<ComponentTypeMetadata>().Any())
            endpoint.Metadata.Add(new AllowAnonymousAttribute());
    }
}
