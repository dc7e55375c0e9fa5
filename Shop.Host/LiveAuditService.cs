using System.Diagnostics;
using Shop.Audit;
using Shop.Audit.Live;
using Shop.EventSourcing;
using Shop.PaymentSandbox.Storage;
using Shop.ServiceDefaults.Security;

namespace Shop.Host;

/// <summary>Runs the continuous audit in the background, for at most a tenth of the time of one core, however much there is to read.</summary>
internal sealed partial class LiveAuditService(LiveAudit audit, TimeProvider clock, ILogger<LiveAuditService> logger) : BackgroundService
{
    private const string EnabledSetting = "Audit:Live";
    private const string PatienceSetting = "Audit:PatienceSeconds";
    private const int DefaultPatienceSeconds = 15 * 60;

    /// <summary>It rests so many times as long as it works.</summary>
    private const int RestFactor = 9;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    public static void Add(IServiceCollection services, IConfiguration configuration, string? ledger)
    {
        var patience = TimeSpan.FromSeconds(configuration.GetValue(PatienceSetting, DefaultPatienceSeconds));
        services.AddSingleton(provider => new LiveAudit(
            [.. provider.GetServices<EventStore>().Select(store => new FollowedStore(store.Name, store.Engine))],
            ledger is null ? null : orders => Read(ledger, orders), new(patience), provider.GetRequiredService<TimeProvider>()));
        if (configuration.GetValue(EnabledSetting, defaultValue: true))
            services.AddHostedService<LiveAuditService>();
    }

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGroup("/audit").WithTags("Audit").RequireAuthorization(Policies.Operator)
        .MapGet("/live", (LiveAudit audit) => TypedResults.Ok(audit.Report))
        .WithSummary("The four promises, checked while orders run: counts, and each violation with its evidence. For operators.");

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        while (!stoppingToken.IsCancellationRequested)
        {
            var rest = Pause;
            try
            {
                var began = Stopwatch.GetTimestamp();
                var goesOn = await audit.StepAsync(stoppingToken);
                var worked = Stopwatch.GetElapsedTime(began, Stopwatch.GetTimestamp());
                rest = goesOn || worked * RestFactor > Pause ? worked * RestFactor : Pause;
            }
#pragma warning disable CA1031 // A store that cannot be read for a moment: others say so loudly, and the audit goes on later.
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                LogFailed(error);
            }

            await Task.Delay(rest, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static IReadOnlyList<ProviderIntent> Read(string ledger, IReadOnlyCollection<Guid> orders) =>
        [.. LedgerReader.ReadOrders(ledger, orders.Select(orderId => orderId.ToString("D"))).Select(AuditCommand.ToIntent)];

    [LoggerMessage(Level = LogLevel.Warning, Message = "The continuous audit could not read on; it tries again.")]
    private partial void LogFailed(Exception error);
}
