using Hangfire;
using Hangfire.PostgreSql;
using Hangfire.SqlServer;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Shop.Jobs.Running;
using Shop.Messaging;

namespace Shop.Jobs.Hangfire;

/// <summary>Fires Shop's jobs with Hangfire, and shows its dashboard: <c>Shop:Jobs:Scheduler</c> = <c>Hangfire</c>.</summary>
public sealed class HangfirePackage : IJobSchedulerPackage
{
    /// <summary>Of the tables, in the database of the store.</summary>
    internal const string Schema = "hangfire";

    private const string Dashboard = "/hangfire";

    /// <summary>How long a job that is asked for may wait; in the process that was asked it does not.</summary>
    private static readonly TimeSpan QueuePoll = TimeSpan.FromSeconds(1);

    public void Add(IServiceCollection services)
    {
        services.AddLogging(logging => logging.AddFilter("Hangfire", LogLevel.Warning));
        // What the dashboard's pages need; scheduler and dashboard are given the storage, nothing asks for Hangfire's global one.
        services.AddHangfire((provider, hangfire) => hangfire.UseLogProvider(new HangfireLogs(provider.GetRequiredService<ILoggerFactory>())));
        services.AddSingleton(provider =>
        {
            // Hangfire's log is one for the process, and is set up with this.
            provider.GetRequiredService<IGlobalConfiguration>();
            return OpenStorage(provider.GetRequiredService<JobStore>());
        });
    }

    public IJobScheduler Create(IServiceProvider services) => new HangfireScheduler(
        services.GetRequiredService<JobStorage>(), services.GetRequiredService<JobStore>(), services.GetRequiredService<JobCatalog>(),
        services.GetRequiredService<JobRunner>(), services.GetRequiredService<TimeProvider>());

    /// <summary>Pages to read: what an operator does has a reason and is recorded, and that is Shop's own page of jobs.</summary>
    public IEndpointConventionBuilder MapDashboard(IEndpointRouteBuilder routes) => routes.MapHangfireDashboard(
        Dashboard,
        new DashboardOptions
        {
            // Who may see it is decided before it is asked: its own filter lets in whoever is on the same machine, or seems to be.
            Authorization = [],
            IsReadOnlyFunc = _ => true,
            DashboardTitle = "Shop",
            AppPath = null,
            DisplayStorageConnectionString = false,
        },
        routes.ServiceProvider.GetRequiredService<JobStorage>());

    /// <summary>Connects to nothing yet: the database may still be starting.</summary>
    private static JobStorage OpenStorage(JobStore store) => store.Engine switch
    {
        "PostgreSql" => new PostgreSqlStorage(
            new NpgsqlSources(store.ConnectionString),
            new PostgreSqlStorageOptions
            {
                SchemaName = Schema,
                PrepareSchemaIfNecessary = false,
                QueuePollInterval = QueuePoll,
                UseSlidingInvisibilityTimeout = true,
            }),
        "SqlServer" => new SqlServerStorage(
            store.ConnectionString,
            new SqlServerStorageOptions
            {
                SchemaName = Schema,
                PrepareSchemaIfNecessary = false,
                QueuePollInterval = QueuePoll,
                SlidingInvisibilityTimeout = TimeSpan.FromMinutes(5),
            }),
        _ => throw new StartupException(
            $"Setting Shop:Jobs:Scheduler is 'Hangfire', which keeps its jobs in PostgreSQL or SQL Server; Shop:Store is {store.Engine}. Set Shop:Store to PostgreSql or SqlServer, or leave Shop:Jobs:Scheduler out."),
    };
}
