using Shop.EventSourcing.Storage;

namespace Shop.Messaging.Delivery;

/// <summary>Brings stored messages to a broker.</summary>
internal interface IMessageSender
{
    /// <summary>The broker is known to be away: waiting longer is all that can be done.</summary>
    bool IsAway { get; }

    /// <summary>Ends when the broker has the message safe. A send that is given up may still arrive.</summary>
    /// <exception cref="BrokerException">The broker did not take it; sending it again may help.</exception>
    Task SendAsync(OutboxMessage message, CancellationToken cancellationToken);
}

/// <summary>The broker did not take a message, and why.</summary>
internal sealed class BrokerException(string message, Exception? innerException = null) : Exception(message, innerException);
