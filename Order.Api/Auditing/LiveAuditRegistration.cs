using Shop.Audit.Live;
using Shop.Contracts;
using Shop.EventSourcing;
using Shop.Messaging;

namespace Shop.Ordering;

/// <summary>The continuous audit of the whole shop: over the stores of this process, and over HTTP for the services that run elsewhere.</summary>
internal static class LiveAuditRegistration
{
    private const string EnabledSetting = "Audit:Live";
    private const string PatienceSetting = "Audit:PatienceSeconds";
    private const int DefaultPatienceSeconds = 15 * 60;

    private static readonly string[] Services = [OrderPartServices.Order, OrderPartServices.Payment, OrderPartServices.Inventory, OrderPartServices.Saga];

    public static void Add(IServiceCollection services, IConfiguration configuration)
    {
        var patience = TimeSpan.FromSeconds(configuration.GetValue(PatienceSetting, DefaultPatienceSeconds));
        var isShared = !StoreEngines.IsEmbedded(configuration);
        services.AddSingleton(provider => new LiveAuditService(
            () => Begin(provider, new(patience)),
            isShared ? new(provider.GetRequiredService<EventStore<OrderingModule>>(), provider.GetRequiredService<TimeProvider>()) : null,
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<LiveAuditService>>()));
        if (configuration.GetValue(EnabledSetting, defaultValue: true))
            services.AddHostedService(provider => provider.GetRequiredService<LiveAuditService>());
    }

    private static LiveAudit Begin(IServiceProvider provider, LiveAuditOptions options)
    {
        var stores = provider.GetServices<EventStore>().ToDictionary(store => store.Name, StringComparer.Ordinal);
        var parts = provider.GetRequiredService<OrderParts>();
        return new(
            [.. Services.Select(service => new FollowedStore(service, stores.TryGetValue(service, out var here) ? new StoreLog(here.Engine) : new RemoteLog(service, parts)))],
            provider.GetService<ProviderBooks>() ?? new RemoteBooks(parts).ReadAsync, options, provider.GetRequiredService<TimeProvider>());
    }
}
