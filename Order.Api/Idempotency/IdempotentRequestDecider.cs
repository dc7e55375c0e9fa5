using Shop.EventSourcing;
using Shop.EventSourcing.Protection;

namespace Shop.Ordering;

public abstract record IdempotentRequestCommand
{
    private IdempotentRequestCommand()
    {
    }

    public sealed record Accept(string Key, string CustomerScope, string BodyHash, Guid OrderId, DateTimeOffset At, Protected<string>? PersonalHash = null)
        : IdempotentRequestCommand;

    public sealed record Answer(int StatusCode, string Body, string Location, DateTimeOffset At) : IdempotentRequestCommand;
}

public static class IdempotentRequestDecider
{
    /// <summary>The first request under a key is accepted, and the first answer stays.</summary>
    /// <exception cref="DomainException">The key was used for another request.</exception>
    public static IReadOnlyList<IdempotentRequestEvent> Decide(IdempotentRequestCommand command, IdempotentRequest state) => (command, state) switch
    {
        (IdempotentRequestCommand.Accept accept, IdempotentRequest.Unseen) =>
            [Accepted(accept)],
        (IdempotentRequestCommand.Accept accept, IdempotentRequest.Known { Request: var known }) => Repeat(accept, known),

        (IdempotentRequestCommand.Answer answer, IdempotentRequest.Accepted) =>
            [new IdempotentRequestEvent.Answered(answer.StatusCode, answer.Body, answer.Location, answer.At)],
        (IdempotentRequestCommand.Answer, IdempotentRequest.Answered) => [],

        _ => throw new InvalidOperationException($"{command.GetType().Name} for a request that is {state.GetType().Name}."),
    };

    public static DomainException KeyReused() => new(
        "idempotency-key-reused", "This Idempotency-Key was used for another request. Give each checkout its own key, and repeat the same body under it.")
    {
        Field = "Idempotency-Key",
    };

    private static IdempotentRequestEvent.Accepted Accepted(IdempotentRequestCommand.Accept accept) => accept.PersonalHash is { } hash
        ? new IdempotentRequestEvent.AcceptedWithPersonalData(accept.Key, accept.CustomerScope, accept.BodyHash, accept.OrderId, accept.At, hash)
        : new IdempotentRequestEvent.Accepted(accept.Key, accept.CustomerScope, accept.BodyHash, accept.OrderId, accept.At);

    private static IReadOnlyList<IdempotentRequestEvent> Repeat(IdempotentRequestCommand.Accept accept, IdempotentRequestEvent.Accepted known)
    {
        if (known.Key != accept.Key || known.CustomerScope != accept.CustomerScope)
            throw new InvalidOperationException("Two keys share one request stream.");
        return known.BodyHash == accept.BodyHash ? [] : throw KeyReused();
    }
}
