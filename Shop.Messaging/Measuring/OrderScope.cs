using System.Collections;
using System.Text.Json;

namespace Shop.Messaging.Measuring;

/// <summary>A logging scope that names the order which something is about.</summary>
public sealed class OrderScope(Guid orderId) : IReadOnlyList<KeyValuePair<string, object?>>
{
    /// <summary>The name under which log lines have it.</summary>
    public const string Key = "OrderId";

    public Guid OrderId => orderId;

    public int Count => 1;

    public KeyValuePair<string, object?> this[int index] =>
        index == 0 ? new(Key, orderId) : throw new ArgumentOutOfRangeException(nameof(index), index, "A scope has one value.");

    /// <summary>The order that a message is about, if it says so.</summary>
    public static Guid? Of<TMessage>(TMessage message) where TMessage : class => OrderIdIn<TMessage>.Get?.Invoke(message);

    /// <summary>The order that a stored message is about, if it can be read and says so.</summary>
    internal static Guid? Of(byte[] json)
    {
        try
        {
            using var message = JsonDocument.Parse(json);
            return message.RootElement.ValueKind == JsonValueKind.Object && message.RootElement.TryGetProperty("orderId", out var orderId)
                && orderId.ValueKind == JsonValueKind.String && orderId.TryGetGuid(out var id)
                    ? id
                    : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator()
    {
        yield return this[0];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override string ToString() => $"{Key}:{orderId}";

    private static class OrderIdIn<TMessage>
    {
        public static readonly Func<TMessage, Guid>? Get = typeof(TMessage).GetProperty(Key, typeof(Guid))?.GetMethod is { } getter
            ? getter.CreateDelegate<Func<TMessage, Guid>>()
            : null;
    }
}
