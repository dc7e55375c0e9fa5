using System.Net.Mime;
using System.Text.Json;
using MassTransit;
using MassTransit.Serialization;
using Shop.EventSourcing.Storage;

namespace Shop.Messaging.Delivery;

/// <summary>Sends an outbox row: the stored bytes and headers, nothing serialised again.</summary>
internal sealed class StoredMessage(OutboxMessage message) : IPipe<SendContext>, IMessageSerializer
{
    private static readonly ContentType Json = new("application/json");

    /// <summary>MassTransit sends typed messages; this stands for one whose body is stored.</summary>
    public static readonly SerializedMessageBody Body = new();

    public ContentType ContentType { get; } = ContentTypeOf(message);

    public static ContentType ContentTypeOf(OutboxMessage message) => message.ContentType == Json.MediaType ? Json : new(message.ContentType);

    public Task Send(SendContext context)
    {
        context.MessageId = message.Id;
        context.Serializer = this;
        context.SupportedMessageTypes = message.MessageType.Split(';');
        // What no queue takes comes back as an error, and its row stays: the service that reads it may not have started yet.
        if (context.TryGetPayload<RabbitMqSendContext>(out var broker))
            broker.Mandatory = true;
        context.Headers.Set(MessageHeaders.MessageId, message.Id.ToString());
        context.Headers.Set(MessageHeaders.MessageType, message.MessageType);
        if (message.Headers is not null)
        {
            foreach (var (key, value) in JsonSerializer.Deserialize<Dictionary<string, string>>(message.Headers)!)
                context.Headers.Set(key, value);
        }

        return Task.CompletedTask;
    }

    public MessageBody GetMessageBody<T>(SendContext<T> context) where T : class => new BytesMessageBody(message.Body);

    public void Probe(ProbeContext context) => context.CreateScope("stored");
}
