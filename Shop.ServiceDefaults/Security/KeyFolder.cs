using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Shop.Messaging;

namespace Shop.ServiceDefaults.Security;

/// <summary>
/// The keys that seal tokens and cookies: files of one folder that all services and replicas share, so that what one of them sealed
/// every other opens, also after a restart.
/// </summary>
public static class KeyFolder
{
    /// <summary>The folder. Unless set: <c>keys</c> in the data folder, in the embedded mode and in Development.</summary>
    public const string Setting = "Shop:Keys";

    private const string ApplicationName = "Shop";

    /// <exception cref="StartupException">It must be set and is not.</exception>
    public static string PathOf(IConfiguration configuration, IHostEnvironment environment)
    {
        if (configuration[Setting] is { Length: > 0 } folder)
            return folder;
        return StoreEngines.IsEmbedded(configuration) || environment.IsDevelopment()
            ? Path.Combine(configuration["Shop:Data"] ?? "data", "keys")
            : throw new StartupException(
                $"Setting {Setting} is missing: it names the folder of the keys that seal access tokens and cookies. Give one that all services and replicas share, and nobody else reads, such as /var/lib/shop/keys");
    }

    internal static void Add(IServiceCollection services)
    {
        services.AddDataProtection().SetApplicationName(ApplicationName);
        services.AddSingleton<IConfigureOptions<KeyManagementOptions>>(provider => new ConfigureOptions<KeyManagementOptions>(options =>
            options.XmlRepository = new FileSystemXmlRepository(
                new(PathOf(provider.GetRequiredService<IConfiguration>(), provider.GetRequiredService<IHostEnvironment>())),
                provider.GetRequiredService<ILoggerFactory>())));
        services.AddSingleton<IHostedService, KeyFolderOpener>();
    }
}

/// <summary>
/// Makes the first key before anything starts, under a lock: of two replicas that each made one, each would for a day refuse what
/// the other sealed.
/// </summary>
internal sealed class KeyFolderOpener(IConfiguration configuration, IHostEnvironment environment, IKeyManager keys, TimeProvider clock) : IHostedLifecycleService
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        var folder = KeyFolder.PathOf(configuration, environment);
        try
        {
            if (OperatingSystem.IsWindows())
                Directory.CreateDirectory(folder);
            else
                Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            await using var held = await LockAsync(Path.Combine(folder, ".lock"), cancellationToken);
            var now = clock.GetUtcNow();
            if (!keys.GetAllKeys().Any(key => !key.IsRevoked && key.ActivationDate <= now && now < key.ExpirationDate))
                keys.CreateNewKey(now, now.AddDays(90));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"Setting {KeyFolder.Setting}: the folder {folder} cannot be used: {error.Message}", error);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task<FileStream> LockAsync(string path, CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        while (true)
        {
            try
            {
                return new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (clock.GetElapsedTime(started) < Patience)
            {
                await Task.Delay(Pause, clock, cancellationToken);
            }
        }
    }
}
