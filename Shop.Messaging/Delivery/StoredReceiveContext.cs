using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Net.Mime;
using System.Text.Json;
using MassTransit;
using MassTransit.Serialization;
using MassTransit.Transports;
using Shop.EventSourcing.Storage;

namespace Shop.Messaging.Delivery;

/// <summary>An outbox row as a transport would have received it.</summary>
internal sealed class StoredReceiveContext : BaseReceiveContext
{
    private static readonly ContentType Json = new("application/json");
    private static readonly ConcurrentDictionary<string, string[]> MessageTypes = new(StringComparer.Ordinal);

    private readonly OutboxMessage message;

    private StoredReceiveContext(OutboxMessage message, ReceiveEndpointContext endpoint) : base(redelivered: false, endpoint)
    {
        this.message = message;
        Body = new BytesMessageBody(message.Body);
        HeaderProvider = new RowHeaders(message);
    }

    public override MessageBody Body { get; }

    protected override IHeaderProvider HeaderProvider { get; }

    public static StoredReceiveContext Of(OutboxMessage message, ReceiveEndpointContext endpoint)
    {
        var context = new StoredReceiveContext(message, endpoint);
        if (message.Original is { } original)
        {
            // MassTransit deserializes only what comes without this.
            var read = new StoredConsumeContext(context, new ReadMessage(message, original, context), original);
            context.GetOrAddPayload<ConsumeContext>(() => read);
        }

        return context;
    }

    protected override ContentType GetContentType() => ContentTypeOf(message);

    private static ContentType ContentTypeOf(OutboxMessage message) => message.ContentType == Json.MediaType ? Json : new(message.ContentType);

    private sealed class RowHeaders(OutboxMessage message) : IHeaderProvider
    {
        private readonly Dictionary<string, string>? further =
            message.Headers is null ? null : JsonSerializer.Deserialize<Dictionary<string, string>>(message.Headers);

        public IEnumerable<KeyValuePair<string, object>> GetAll()
        {
            yield return new(MessageHeaders.MessageId, message.Id.ToString());
            yield return new(MessageHeaders.MessageType, message.MessageType);
            foreach (var (name, value) in further ?? [])
                yield return new(name, value);
        }

        public bool TryGetHeader(string key, [NotNullWhen(true)] out object? value)
        {
            value = key switch
            {
                MessageHeaders.MessageId => message.Id.ToString(),
                MessageHeaders.MessageType => message.MessageType,
                _ => further?.GetValueOrDefault(key),
            };
            return value is not null;
        }
    }

    /// <summary>The message is the object that was sent; messages are immutable.</summary>
    private sealed class ReadMessage(OutboxMessage message, object original, StoredReceiveContext context) : SystemTextJsonSerializerContext(
        SystemTextJsonMessageSerializer.Instance, SystemTextJsonMessageSerializer.Options, ContentTypeOf(message),
        new RawMessageContext(context.TransportHeaders, context.InputAddress, JsonMessages.Options), MessageTypes.GetOrAdd(message.MessageType, static types => types.Split(';')), message: original)
    {
        public override bool IsSupportedMessageType<T>() => Message is T;

        public override bool IsSupportedMessageType(Type messageType) => messageType.IsInstanceOfType(Message);

        public override IMessageSerializer GetMessageSerializer() => new SystemTextJsonBodyMessageSerializer(Message, ContentType, Options, JsonMessages.Options);
    }
}
