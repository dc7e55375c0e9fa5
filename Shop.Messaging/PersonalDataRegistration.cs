using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Shop.EventSourcing;
using Shop.EventSourcing.Protection;

namespace Shop.Messaging;

public static class PersonalDataRegistration
{
    /// <summary>Lets a module protect personal data in its store, whose tables contain <see cref="DataKeyRow.Table"/>.</summary>
    public static IServiceCollection AddPersonalData<TModule>(this IServiceCollection services, IConfiguration configuration) where TModule : class
    {
        services.AddSingleton(provider => new PersonalData<TModule>(
            provider.GetRequiredService<EventStore<TModule>>(), MasterKeySettings.Read(configuration, provider.GetService<IHostEnvironment>())));
        services.AddSingleton<IHostedService>(provider => new MasterKeyService(
            provider.GetRequiredService<EventStore<TModule>>(), provider.GetRequiredService<PersonalData<TModule>>(), provider.GetRequiredService<ILogger<MasterKeyService>>()));
        return services;
    }
}

/// <summary>Refuses to start without the master keys that the store's keys are wrapped under; then wraps them under the current one.</summary>
internal sealed partial class MasterKeyService(EventStore store, PersonalData personalData, ILogger<MasterKeyService> logger) : BackgroundService
{
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        if (await personalData.FindMissingMasterKeysAsync(cancellationToken) is { Count: > 0 } missing)
        {
            throw new StartupException(
                $"Store {store.Name} has keys of customers that are wrapped under master key {string.Join(", ", missing)}, which is not configured: their data could not be read. "
                + $"Set {MasterKeySettings.Setting}, or {MasterKeySettings.OthersSetting} after a change, to the secret they were wrapped under; in the embedded mode restore {MasterKeySettings.FileName}.");
        }

        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            if (await personalData.RewrapAsync(stoppingToken) is > 0 and var count)
                LogRewrapped(store.Name, count);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The next start goes on.
        }
#pragma warning disable CA1031 // Everything works under the old master key as well.
        catch (Exception error)
#pragma warning restore CA1031
        {
            LogNotRewrapped(error, store.Name);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Store {Store}: {Count} keys were wrapped under the current master key. The earlier ones can be taken out of the settings once every replica says so or has nothing to say.")]
    private partial void LogRewrapped(string store, int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Store {Store}: not all keys could be wrapped under the current master key. Keep the earlier ones in the settings; the next start tries again.")]
    private partial void LogNotRewrapped(Exception error, string store);
}
