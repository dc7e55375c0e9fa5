using System.Data.Common;
using System.Runtime.ExceptionServices;
using System.Text.Json;
using MassTransit;
using Microsoft.Extensions.Logging;
using Shop.EventSourcing;

namespace Shop.Messaging.Consuming;

/// <summary>
/// Keeps what cannot be handled in the service's own store, with its reason, and lets the queue go on. A park that fails
/// leaves the message with the transport, and so does what is not the message's fault: too much contention, a database that
/// is away.
/// </summary>
internal sealed partial class ParkFilter(EventStore store, TimeProvider clock, ILogger logger) : IFilter<ExceptionReceiveContext>, IFilter<ReceiveContext>
{
    public async Task Send(ExceptionReceiveContext context, IPipe<ExceptionReceiveContext> next)
    {
        if (context.Exception is ConcurrencyConflictException { IsTransient: true } or DbException { IsTransient: true })
            ExceptionDispatchInfo.Throw(context.Exception);
        await ParkAsync(context, context.Exception.GetBaseException().Message, context.Exception.ToString());
        await next.Send(context);
    }

    public async Task Send(ReceiveContext context, IPipe<ReceiveContext> next)
    {
        // A message that cannot be read comes here as well, after it was parked with its exception.
        if (!context.HasPayloadType(typeof(Parked)))
            await ParkAsync(context, $"Nothing on {context.InputAddress.QueueName()} handles this type of message.", "");
        await next.Send(context);
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("park");

    private async Task ParkAsync(ReceiveContext context, string reason, string exception)
    {
        var endpoint = context.InputAddress.QueueName();
        var messageId = context.TransportHeaders.Get<Guid>(MessageHeaders.MessageId) ?? context.GetMessageId();
        if (messageId is { } id && await store.Engine.IsHandledAsync(endpoint, id, CancellationToken.None))
            return;

        var now = clock.GetUtcNow();
        var type = context.TransportHeaders.Get<string>(MessageHeaders.MessageType) ?? "";
        var headers = JsonSerializer.Serialize(
            context.TransportHeaders.GetAll().Where(header => header.Value is not null).ToDictionary(header => header.Key, header => header.Value.ToString()));
        var unit = store.Begin();
        unit.Park(new(
            Guid.CreateVersion7(now), endpoint, messageId, type, context.ContentType?.MediaType ?? "application/json", context.GetBody(), headers,
            reason, exception, now));
        await unit.CommitAsync();
        context.GetOrAddPayload(() => new Parked());
        LogParked(endpoint, messageId, type, reason);
    }

    private sealed class Parked;

    [LoggerMessage(Level = LogLevel.Error, Message = "Parked message {MessageId} ({MessageType}) of {Endpoint}: {Reason}")]
    private partial void LogParked(string endpoint, Guid? messageId, string messageType, string reason);
}
