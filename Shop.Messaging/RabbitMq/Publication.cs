using System.Diagnostics;
using System.Text.Json;
using MassTransit;
using MassTransit.Logging;
using RabbitMQ.Client;
using Shop.EventSourcing.Storage;
using Shop.Messaging.Delivery;

namespace Shop.Messaging.RabbitMq;

/// <summary>An outbox row as it goes to the broker, the stored bytes and headers; and whether it got there.</summary>
internal sealed class Publication
{
    private readonly TaskCompletionSource confirmed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Publication(OutboxMessage message)
    {
        Exchange = OutboxAddress.NameIn(message.Destination).ToString();
        Body = message.Body;
        Properties = new()
        {
            ContentType = message.ContentType,
            MessageId = message.Id.ToString(),
            Persistent = true,
            Headers = Headers(message),
        };
    }

    public string Exchange { get; }

    public ReadOnlyMemory<byte> Body { get; }

    public BasicProperties Properties { get; }

    /// <summary>When it was handed to the broker.</summary>
    public DateTimeOffset PublishedAt { get; set; }

    public Task Confirmed => confirmed.Task;

    public void Confirm() => confirmed.TrySetResult();

    public void Fail(BrokerException reason) => confirmed.TrySetException(reason);

    /// <summary>Nobody waits for it any more: when it has not been published yet, it will not be.</summary>
    public void GiveUp() => confirmed.TrySetCanceled();

    private static Dictionary<string, object?> Headers(OutboxMessage message)
    {
        var headers = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            [MessageHeaders.MessageId] = message.Id.ToString(),
            [MessageHeaders.MessageType] = message.MessageType,
        };
        if (message.Headers is not null)
        {
            foreach (var (key, value) in JsonSerializer.Deserialize<Dictionary<string, string>>(message.Headers)!)
                headers[key] = value;
        }

        // MassTransit, at the other end, looks for the parent of its span here.
        if (Activity.Current?.Id is { } parent)
            headers[DiagnosticHeaders.ActivityId] = parent;
        return headers;
    }
}
