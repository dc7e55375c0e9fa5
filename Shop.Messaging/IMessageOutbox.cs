using Shop.EventSourcing;

namespace Shop.Messaging;

/// <summary>
/// Messages from outside of message handling, such as HTTP requests: they leave when the unit of work has committed.
/// Inside a handler use the <c>ConsumeContext</c>.
/// </summary>
public interface IMessageOutbox
{
    /// <summary>Publishes an event to all who subscribed.</summary>
    Task PublishAsync<T>(UnitOfWork unit, T message, CancellationToken cancellationToken = default) where T : class;

    /// <summary>Sends a command to one queue.</summary>
    Task SendAsync<T>(UnitOfWork unit, string queue, T message, CancellationToken cancellationToken = default) where T : class;

    /// <summary>Sends a command to one queue at an instant.</summary>
    /// <returns>Id with which <see cref="UnitOfWork.CancelScheduled"/> takes it back.</returns>
    Task<Guid> ScheduleAsync<T>(UnitOfWork unit, string queue, T message, DateTimeOffset dueAt, CancellationToken cancellationToken = default) where T : class;
}
