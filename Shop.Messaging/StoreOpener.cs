using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Shop.EventSourcing;
using Shop.EventSourcing.Storage;

namespace Shop.Messaging;

/// <summary>
/// Opens a store before anything of the process starts: waits for its database, saying for what and why, and creates or upgrades
/// the schema. What somebody has to put right, a missing database or a wrong password, is waited for only shortly.
/// </summary>
internal sealed partial class StoreOpener(EventStore store, IReadOnlyList<SchemaScript> scripts, TimeSpan patience, TimeProvider clock, ILogger<StoreOpener> logger)
    : IHostedLifecycleService
{
    private const string PatienceSetting = "Shop:Startup:WaitSeconds";
    private const int DefaultPatienceSeconds = 60;

    /// <summary>Roles and databases may be created at the same moment as the services start, but not much later.</summary>
    private static readonly TimeSpan RefusedPatience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan BetweenReports = TimeSpan.FromSeconds(10);

    private string? reported;
    private long reportedAt;

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        store.BackgroundFailed = error => Report(store.Engine.Explain(error).Reason, LogTroubled);
        var (started, refusedFrom) = (clock.GetTimestamp(), (long?)null);
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                await store.OpenAsync(scripts, cancellationToken);
                var waited = clock.GetElapsedTime(started);
                if (reported is not null)
                    LogOpened(store.Name, store.Engine.Location, waited.TotalSeconds);
                return;
            }
            catch (Exception error) when (!cancellationToken.IsCancellationRequested)
            {
                var failure = store.Engine.Explain(error);
                if (failure.Kind == StorageFailureKind.Broken)
                    throw new StartupException($"Store {store.Name} cannot be opened ({store.Engine.Location}): {failure.Reason}", error);
                refusedFrom = failure.Kind == StorageFailureKind.Refused ? refusedFrom ?? clock.GetTimestamp() : null;
                var left = patience - clock.GetElapsedTime(started);
                if (refusedFrom is { } refused && RefusedPatience - clock.GetElapsedTime(refused) is var shorter && shorter < left)
                    left = shorter;
                if (left <= TimeSpan.Zero)
                {
                    throw new StartupException(
                        $"Store {store.Name} cannot be opened: {store.Engine.Location}: {failure.Reason}. "
                        + $"Gave up after {clock.GetElapsedTime(started).TotalSeconds:0} s; see the settings ConnectionStrings:{store.Name} and {PatienceSetting}.",
                        error);
                }

                Report(failure.Reason, (name, location, reason) => LogWaiting(name, location, reason, left.TotalSeconds));
                await Task.Delay(pause < left ? pause : left, clock, cancellationToken);
            }
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>How long to wait for a database: <c>Shop:Startup:WaitSeconds</c>, 60 unless set; 0 tries once.</summary>
    /// <exception cref="StartupException">It is not a number of seconds.</exception>
    public static TimeSpan Patience(IConfiguration configuration) => configuration[PatienceSetting] switch
    {
        null or "" => TimeSpan.FromSeconds(DefaultPatienceSeconds),
        var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) => TimeSpan.FromSeconds(seconds),
        var text => throw new StartupException($"Setting {PatienceSetting} is '{text}'. Give whole seconds, 0 or more."),
    };

    /// <summary>Once for each reason, and again when it lasts.</summary>
    private void Report(string reason, Action<string, string, string> log)
    {
        if (reason == reported && clock.GetElapsedTime(reportedAt) < BetweenReports)
            return;
        (reported, reportedAt) = (reason, clock.GetTimestamp());
        log(store.Name, store.Engine.Location, reason);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Waiting for store {Store}: {Location}: {Reason}. Up to {LeftSeconds:0} s more.")]
    private partial void LogWaiting(string store, string location, string reason, double leftSeconds);

    [LoggerMessage(Level = LogLevel.Information, Message = "Store {Store} is open ({Location}), after {WaitedSeconds:0.0} s.")]
    private partial void LogOpened(string store, string location, double waitedSeconds);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Store {Store} is in trouble: {Location}: {Reason}. It is tried again.")]
    private partial void LogTroubled(string store, string location, string reason);
}
