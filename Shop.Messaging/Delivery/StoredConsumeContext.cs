using System.Diagnostics.CodeAnalysis;
using MassTransit;
using MassTransit.Context;

namespace Shop.Messaging.Delivery;

/// <summary>
/// A message whose object is at hand. An endpoint asks for each type that it can handle, so that the answer has to be quick: the
/// object's own type, and no other.
/// </summary>
internal sealed class StoredConsumeContext(ReceiveContext receiveContext, SerializerContext headers, object original)
    : DeserializerConsumeContext(receiveContext, headers)
{
    private ConsumeContext? read;

    public override Guid? MessageId => SerializerContext.MessageId;

    public override Guid? RequestId => SerializerContext.RequestId;

    public override Guid? CorrelationId => SerializerContext.CorrelationId;

    public override Guid? ConversationId => SerializerContext.ConversationId;

    public override Guid? InitiatorId => SerializerContext.InitiatorId;

    public override DateTime? ExpirationTime => SerializerContext.ExpirationTime;

    public override Uri SourceAddress => SerializerContext.SourceAddress!;

    public override Uri DestinationAddress => SerializerContext.DestinationAddress!;

    public override Uri ResponseAddress => SerializerContext.ResponseAddress!;

    public override Uri FaultAddress => SerializerContext.FaultAddress!;

    public override DateTime? SentTime => SerializerContext.SentTime;

    public override Headers Headers => SerializerContext.Headers;

    public override HostInfo Host => SerializerContext.Host;

    public override IEnumerable<string> SupportedMessageTypes => SerializerContext.SupportedMessageTypes;

    public override bool HasMessageType(Type messageType) => messageType.IsInstanceOfType(original);

    public override bool TryGetMessage<T>([NotNullWhen(true)] out ConsumeContext<T>? message)
    {
        message = original is not T sent ? null
            : read as MessageConsumeContext<T> ?? (ConsumeContext<T>)(read = new MessageConsumeContext<T>(this, sent));
        return message is not null;
    }
}
