using Shop.Contracts;

namespace Shop.Ordering;

/// <summary>A message that was on its way.</summary>
/// <param name="Since">When what sent it was recorded.</param>
public sealed record MessageUnderWay(string Message, string From, string To, DateTimeOffset Since);

/// <summary>
/// Which messages were under way, from the services' logs: an outbox remembers nothing of the past. A message is under way from the
/// commit of what sends it to the commit of what it does. Where the receiver's log shows already what a command came to, its answer
/// is under way instead.
/// </summary>
public static class MessagesUnderWay
{
    public static IEnumerable<MessageUnderWay> Between(IReadOnlyList<OrderPart> parts) => parts
        .SelectMany(sender => sender.Sent.Select(sent => Of(sender, sent, parts.FirstOrDefault(part => part.Service == sent.To))))
        .OfType<MessageUnderWay>()
        .OrderBy(message => message.Since);

    /// <returns>Null when it has arrived, and nothing is on its way back.</returns>
    private static MessageUnderWay? Of(OrderPart sender, SentMessage sent, OrderPart? receiver) =>
        receiver?.Taken.FirstOrDefault(taken => taken.Message == sent.Message && (taken.ReturnId is null || taken.ReturnId == sent.ReturnId)) is not { } taken
            ? new(sent.Message, sender.Service, sent.To, sent.Since)
            : taken.Answer is { } answer ? new(answer, receiver.Service, sender.Service, receiver.RecordedAt!.Value) : null;
}
