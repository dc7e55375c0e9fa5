using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Shop.EventSourcing.Storage;
using Shop.Messaging.Consuming;

namespace Shop.Messaging.Measuring;

/// <summary>What handling messages tells: durations, retries, and on whose order a log line was written.</summary>
public sealed class MessagingTelemetry
{
    /// <summary>Name of the activity source and of the meter.</summary>
    public const string SourceName = "Shop.Messaging";

    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    };

    private readonly ILogger logger;
    private readonly bool writesScopes;
    private readonly Histogram<double> duration;
    private readonly Counter<long> retries;
    private readonly Counter<long> redeliveries;

    public MessagingTelemetry(IMeterFactory meters, IOptions<MessageLogOptions> options, ILogger<MessagingTelemetry> logger)
    {
        this.logger = logger;
        writesScopes = options.Value.Scopes;
        var meter = meters.Create(SourceName);
        duration = meter.CreateHistogram("shop.handler.duration", "s", "Time to handle a message, from its start to its commit.", tags: null, Seconds);
        retries = meter.CreateCounter<long>("shop.handler.retries", "{attempt}", "Messages handled again, after a conflict or a failure.");
        redeliveries = meter.CreateCounter<long>("shop.handler.redeliveries", "{message}", "Messages that the broker delivered again.");
    }

    /// <summary>Starts to observe the handling of one message; dispose it at the end. Nothing is allocated unless somebody listens.</summary>
    internal Observed Observe<TMessage>(Received<TMessage> received) where TMessage : class
    {
        if (received.Redelivered && redeliveries.Enabled)
            redeliveries.Add(1, new("endpoint", received.Endpoint), new("message_type", typeof(TMessage).Name));
        if (Activity.Current is { IsAllDataRequested: true } span && OrderScope.Of(received.Message) is { } order)
            span.SetTag("shop.order.id", order);
        return new(
            this, received.Endpoint, typeof(TMessage).Name, duration.Enabled ? Stopwatch.GetTimestamp() : 0,
            writesScopes && OrderScope.Of(received.Message) is { } orderId ? logger.BeginScope(new OrderScope(orderId)) : null);
    }

    /// <summary>A message that is being handled.</summary>
    internal struct Observed(MessagingTelemetry telemetry, string endpoint, string messageType, long started, IDisposable? scope) : IDisposable
    {
        private string outcome = "failed";

        public void Ended(WriteOutcome written) => outcome = written == WriteOutcome.Duplicate ? "duplicate" : "handled";

        public readonly void Retries(string reason)
        {
            if (telemetry.retries.Enabled)
                telemetry.retries.Add(1, new("endpoint", endpoint), new("message_type", messageType), new("reason", reason));
        }

        public readonly void Dispose()
        {
            if (started > 0)
            {
                telemetry.duration.Record(
                    Stopwatch.GetElapsedTime(started).TotalSeconds, new("endpoint", endpoint), new("message_type", messageType), new("outcome", outcome));
            }

            scope?.Dispose();
        }
    }
}

/// <summary>Whether log lines of handlers are to name the order; only when the log shows scopes, since each message pays for one.</summary>
public sealed class MessageLogOptions
{
    public bool Scopes { get; set; }
}
