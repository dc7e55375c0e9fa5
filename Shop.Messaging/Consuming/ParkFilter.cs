using System.Runtime.ExceptionServices;
using System.Text.Json;
using MassTransit;
using Shop.EventSourcing;

namespace Shop.Messaging.Consuming;

/// <summary>
/// Keeps what cannot be handled in the service's own store, with its reason, and lets the queue go on. A park that fails
/// leaves the message with the transport, and so does what is not the message's fault.
/// </summary>
/// <param name="endpoint">The queue that the messages were meant for.</param>
/// <param name="reasonUnhandled">Why a message that no handler took is here.</param>
internal sealed class ParkFilter(EventStore store, MessageAttempts attempts, string endpoint, string reasonUnhandled)
    : IFilter<ExceptionReceiveContext>, IFilter<ReceiveContext>
{
    public async Task Send(ExceptionReceiveContext context, IPipe<ExceptionReceiveContext> next)
    {
        if (!MessageAttempts.IsTheMessagesFault(context.Exception))
            ExceptionDispatchInfo.Throw(context.Exception);
        await attempts.ParkAsync(store, Describe(context), context.Exception);
        context.GetOrAddPayload(() => new Parked());
        await next.Send(context);
    }

    public async Task Send(ReceiveContext context, IPipe<ReceiveContext> next)
    {
        // A message that cannot be read comes here as well, after it was parked with its exception.
        if (!context.HasPayloadType(typeof(Parked)))
            await attempts.ParkAsync(store, Describe(context), reasonUnhandled);
        await next.Send(context);
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("park");

    private UnhandledMessage Describe(ReceiveContext context) => new(
        endpoint,
        context.TransportHeaders.Get<Guid>(MessageHeaders.MessageId) ?? context.GetMessageId(),
        context.TransportHeaders.Get<string>(MessageHeaders.MessageType) ?? "",
        context.ContentType?.MediaType ?? "application/json",
        context.GetBody(),
        JsonSerializer.Serialize(Headers(context)));

    /// <summary>RabbitMQ's headers and properties come as one list: the message's id is in it twice.</summary>
    private static Dictionary<string, string> Headers(ReceiveContext context)
    {
        var headers = new Dictionary<string, string>();
        foreach (var (name, value) in context.TransportHeaders.GetAll())
        {
            if (value?.ToString() is { } text)
                headers.TryAdd(name, text);
        }

        return headers;
    }

    private sealed class Parked;
}
