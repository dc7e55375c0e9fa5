using Shop.EventSourcing;

namespace Shop.Ordering;

public abstract record IdempotentRequestCommand
{
    private IdempotentRequestCommand()
    {
    }

    public sealed record Accept(string Key, string CustomerScope, string BodyHash, Guid OrderId, DateTimeOffset At) : IdempotentRequestCommand;

    public sealed record Answer(int StatusCode, string Body, string Location, DateTimeOffset At) : IdempotentRequestCommand;
}

public static class IdempotentRequestDecider
{
    /// <summary>The first request under a key is accepted, and the first answer stays.</summary>
    /// <exception cref="DomainException">The key was used for another request.</exception>
    public static IReadOnlyList<IdempotentRequestEvent> Decide(IdempotentRequestCommand command, IdempotentRequest state) => (command, state) switch
    {
        (IdempotentRequestCommand.Accept accept, IdempotentRequest.Unseen) =>
            [new IdempotentRequestEvent.Accepted(accept.Key, accept.CustomerScope, accept.BodyHash, accept.OrderId, accept.At)],
        (IdempotentRequestCommand.Accept accept, IdempotentRequest.Known { Request: var known }) => Repeat(accept, known),

        (IdempotentRequestCommand.Answer answer, IdempotentRequest.Accepted) =>
            [new IdempotentRequestEvent.Answered(answer.StatusCode, answer.Body, answer.Location, answer.At)],
        (IdempotentRequestCommand.Answer, IdempotentRequest.Answered) => [],

        _ => throw new InvalidOperationException($"{command.GetType().Name} for a request that is {state.GetType().Name}."),
    };

    private static IReadOnlyList<IdempotentRequestEvent> Repeat(IdempotentRequestCommand.Accept accept, IdempotentRequestEvent.Accepted known)
    {
        if (known.Key != accept.Key || known.CustomerScope != accept.CustomerScope)
            throw new InvalidOperationException("Two keys share one request stream.");
        return known.BodyHash == accept.BodyHash
            ? []
            : throw new DomainException(
                "idempotency-key-reused", "This Idempotency-Key was used for another request. Give each checkout its own key, and repeat the same body under it.")
            {
                Field = "Idempotency-Key",
            };
    }
}
