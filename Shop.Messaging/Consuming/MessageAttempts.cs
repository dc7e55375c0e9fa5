using Microsoft.Extensions.Logging;
using Shop.EventSourcing;
using Shop.EventSourcing.Storage;
using Shop.Messaging.Measuring;
using Shop.Messaging.Operating;

namespace Shop.Messaging.Consuming;

/// <summary>
/// One message, one unit of work, one commit: inbox entry, events, rows and outgoing messages together. A conflict runs the
/// handler again with a new one; a message handled before changes nothing; what cannot be handled is parked.
/// </summary>
internal sealed partial class MessageAttempts(TimeProvider clock, MessagingTelemetry telemetry, ILogger<MessageAttempts> logger)
{
    /// <summary>What fails for another reason than a conflict may be about to pass; then it is parked.</summary>
    private static readonly TimeSpan[] FailurePauses = [TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(1)];

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <summary>What is being tried again.</summary>
    public FailingMessages Failing { get; } = new();

    /// <summary>Not so: too much contention, a database that is away, a stop. Then the message stays where it is.</summary>
    public static bool IsTheMessagesFault(Exception error) =>
        error is not (OperationCanceledException or ConcurrencyConflictException { IsTransient: true }) && !IsDatabaseAway(error);

    /// <param name="handle">Handles once, in the unit of work given.</param>
    /// <exception cref="Exception">It was not handled: see <see cref="IsTheMessagesFault"/>.</exception>
    public async Task RunAsync<TMessage>(EventStore store, Received<TMessage> received, Func<UnitOfWork, Task> handle, CancellationToken cancellationToken)
        where TMessage : class
    {
        using var observed = telemetry.Observe(received);
        var inbox = new InboxEntry(received.Endpoint, received.Id, clock.GetUtcNow());
        var failures = 0;
        var hasFailed = false;
        var away = FailurePauses[0];
        for (var attempt = 1; ; attempt++)
        {
            var unit = store.Begin(new(received.Id), inbox, isRepeat: hasFailed || attempt > 1);
            try
            {
                await handle(unit);
                observed.Ended((await unit.CommitAsync(cancellationToken)).Outcome);
                if (hasFailed)
                    Failing.Ended(received.Endpoint, received.Id);
                return;
            }
            catch (Exception error)
            {
                if (await unit.RetriesAsync(error, attempt, cancellationToken))
                {
                    observed.Retries("conflict");
                    continue;
                }

                hasFailed = true;
                Failing.Failed(received.Endpoint, received.Id, received.Message, clock.GetUtcNow(), error, IsDatabaseAway(error));
                if (IsDatabaseAway(error))
                {
                    // However long it takes: handing the message back would only bring it again at once.
                    await Task.Delay(away, clock, cancellationToken);
                    away = away * 2 < LongestPause ? away * 2 : LongestPause;
                }
                else if (failures < FailurePauses.Length && error is not OperationCanceledException)
                {
                    await Task.Delay(FailurePauses[failures++], clock, cancellationToken);
                }
                else
                {
                    Failing.Ended(received.Endpoint, received.Id);
                    throw;
                }

                observed.Retries("failure");
                attempt = 0;
            }
        }
    }

    /// <summary>Keeps a message in the service's own store, with its reason, unless it was handled after all.</summary>
    public Task ParkAsync(EventStore store, UnhandledMessage message, Exception error) =>
        ParkAsync(store, message, error.GetBaseException().Message, error.ToString());

    /// <inheritdoc cref="ParkAsync(EventStore,UnhandledMessage,Exception)"/>
    public async Task ParkAsync(EventStore store, UnhandledMessage message, string reason, string exception = "")
    {
        if (message.Id is { } id && await store.Engine.IsHandledAsync(message.Endpoint, id, CancellationToken.None))
            return;
        using var scope = OrderScope.Of(message.Body) is { } orderId ? logger.BeginScope(new OrderScope(orderId)) : null;
        var now = clock.GetUtcNow();
        var unit = store.Begin();
        unit.Park(new(
            Guid.CreateVersion7(now), message.Endpoint, message.Id, message.Type, message.ContentType, message.Body, message.Headers, reason, exception, now));
        await unit.CommitAsync();
        LogParked(message.Endpoint, message.Id, message.Type, reason);
    }

    private static bool IsDatabaseAway(Exception error) => StorageFailure.IsTransient(error);

    [LoggerMessage(Level = LogLevel.Error, Message = "Parked message {MessageId} ({MessageType}) of {Endpoint}: {Reason}")]
    private partial void LogParked(string endpoint, Guid? messageId, string messageType, string reason);
}

/// <summary>A message to be handled by one endpoint.</summary>
/// <param name="Redelivered">The transport had given it to somebody before.</param>
internal readonly record struct Received<TMessage>(string Endpoint, Guid Id, TMessage Message, bool Redelivered = false)
    where TMessage : class;

/// <param name="Type">Message type names (URNs), separated by <c>;</c>.</param>
/// <param name="Headers">JSON object of headers, or null.</param>
internal sealed record UnhandledMessage(string Endpoint, Guid? Id, string Type, string ContentType, byte[] Body, string? Headers);
