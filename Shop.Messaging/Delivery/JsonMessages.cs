using System.Net.Mime;
using MassTransit;
using MassTransit.Serialization;

namespace Shop.Messaging.Delivery;

/// <summary>
/// Messages as plain JSON, readable and editable where they are stored; id and types travel as headers. MassTransit's own raw
/// serializer also describes the sending machine in each message, which nobody reads and every message pays for.
/// </summary>
internal sealed class JsonMessages : ISerializerFactory
{
    public const RawSerializerOptions Options = RawSerializerOptions.AddTransportHeaders | RawSerializerOptions.CopyHeaders;

    private readonly Serializer serializer = new();

    public ContentType ContentType => SystemTextJsonRawMessageSerializer.JsonContentType;

    public IMessageSerializer CreateSerializer() => serializer;

    public IMessageDeserializer CreateDeserializer() => serializer;

    private sealed class Serializer() : SystemTextJsonRawMessageSerializer(Options)
    {
        protected override void SetRawMessageHeaders(SendContext context)
        {
            Set(MessageHeaders.MessageId, context.MessageId);
            Set(MessageHeaders.CorrelationId, context.CorrelationId);
            Set(MessageHeaders.InitiatorId, context.InitiatorId);
            Set(MessageHeaders.RequestId, context.RequestId);
            if (context.SupportedMessageTypes is { Length: > 0 } types)
                context.Headers.Set(MessageHeaders.MessageType, string.Join(';', types));
            if (context.ResponseAddress is not null)
                context.Headers.Set(MessageHeaders.ResponseAddress, context.ResponseAddress);
            if (context.FaultAddress is not null)
                context.Headers.Set(MessageHeaders.FaultAddress, context.FaultAddress);

            void Set(string header, Guid? id)
            {
                if (id is { } value)
                    context.Headers.Set(header, value.ToString());
            }
        }
    }
}
