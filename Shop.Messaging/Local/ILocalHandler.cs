using Shop.EventSourcing;

namespace Shop.Messaging.Local;

/// <summary>
/// Does work that a service gave itself, after the commit that asked for it and outside of any transaction: a call to another
/// system, mostly. It is a row of the outbox like any message, with the same promises: one effect however often it is tried,
/// parked when it keeps failing. Only no broker is asked: the process that committed it does it, or any other after a crash.
/// </summary>
public interface ILocalHandler<in TMessage>
    where TMessage : class
{
    /// <param name="unit">Committed when this returns. After a conflict this runs again, with a new one.</param>
    Task HandleAsync(TMessage message, UnitOfWork unit, CancellationToken cancellationToken);
}
