using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Shop.Jobs.Running;
using Shop.Jobs.Scheduling;
using Shop.Jobs.Storage;
using Shop.Jobs.Stores;
using Shop.Messaging;

namespace Shop.Jobs;

public static class JobRegistration
{
    /// <summary>The scheduler's name in a process with several stores.</summary>
    private const string WholeShop = "shop";

    /// <summary>Adds a job of a module. It runs where <see cref="AddShopJobs"/> is called.</summary>
    public static IServiceCollection AddJob(this IServiceCollection services, Func<IServiceProvider, JobDefinition> job) => services.AddSingleton(job);

    /// <summary>
    /// Runs the jobs of the modules, and those that every store has, in this process: in turn with its replicas, on the database of its
    /// store, or in a file of its own beside embedded ones. Call it after the modules.
    /// </summary>
    /// <exception cref="StartupException">A setting cannot be read.</exception>
    public static IServiceCollection AddShopJobs(this IServiceCollection services, IConfiguration configuration)
    {
        var settings = JobSettings.Read(configuration);
        if (!settings.Enabled)
            return services;
        services.TryAddSingleton(TimeProvider.System);
        services.AddLogging(logging => logging.AddFilter("Quartz", LogLevel.Warning));
        services.AddSingleton(settings);
        var package = settings.FindPackage();
        if (package is not null)
            services.AddSingleton(package);
        package?.Add(services);
        services.AddSingleton(provider => Open(configuration, [.. provider.GetServices<StoreDefinition>()], provider.GetService<IHostEnvironment>()));
        services.AddSingleton<JobRuns>();
        services.AddSingleton(provider => new JobCatalog([.. provider.GetServices<JobDefinition>(), .. StoreJobs.All(provider, configuration, settings)], configuration));
        services.AddSingleton(provider => new JobRunner(
            provider.GetRequiredService<JobCatalog>(), provider.GetRequiredService<JobRuns>(), settings, provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILoggerFactory>()));
        services.AddSingleton(provider => new JobStore(provider.GetRequiredService<JobDatabase>().Engine, provider.GetRequiredService<JobDatabase>().ConnectionString));
        services.AddSingleton(provider => package is not null ? package.Create(provider) : new QuartzScheduler(
            NameOf([.. provider.GetServices<StoreDefinition>()]), provider.GetRequiredService<JobDatabase>(), provider.GetRequiredService<JobCatalog>(),
            provider.GetRequiredService<JobRunner>(), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILoggerFactory>()));
        services.AddSingleton<JobService>();
        services.AddHostedService(provider => provider.GetRequiredService<JobService>());
        return services.AddSingleton(provider => new JobControl(
            provider.GetRequiredService<JobCatalog>(), provider.GetRequiredService<JobRuns>(), provider.GetRequiredService<IJobScheduler>(),
            provider.GetRequiredService<JobService>(), provider.GetRequiredService<TimeProvider>()));
    }

    private static string NameOf(IReadOnlyList<StoreDefinition> stores) => stores is [var only] ? only.Name : WholeShop;

    private static JobDatabase Open(IConfiguration configuration, IReadOnlyList<StoreDefinition> stores, IHostEnvironment? environment)
    {
        if (StoreEngines.IsEmbedded(configuration))
            return new SqliteJobDatabase(Path.Combine(StoreEngines.Folder(configuration), "jobs.db"));
        if (stores is not [var first, ..])
            throw new StartupException("Jobs need a store. Add the modules before AddShopJobs.");
        return StoreEngines.FindPackage(configuration) is { } package
            ? new PackageJobDatabase(StoreEngines.Kind(configuration), package.CreatePlain(configuration, first.Name, environment))
            : new PostgreSqlJobDatabase(StoreEngines.PostgreSqlConnectionString(configuration, first, environment));
    }
}
