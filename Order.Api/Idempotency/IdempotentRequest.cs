using Shop.EventSourcing;

namespace Shop.Ordering;

/// <summary>An <c>Idempotency-Key</c> of one customer: what was asked under it, and what was answered, for ever.</summary>
public abstract record IdempotentRequest
{
    private IdempotentRequest()
    {
    }

    public static readonly IdempotentRequest Initial = new Unseen();

    public static readonly Aggregate<IdempotentRequest, IdempotentRequestEvent> Aggregate = new("request", Initial, Evolve, IdempotentRequestEvent.Types);

    public sealed record Unseen : IdempotentRequest;

    public abstract record Known(IdempotentRequestEvent.Accepted Request) : IdempotentRequest;

    public sealed record Accepted(IdempotentRequestEvent.Accepted Request) : Known(Request);

    public sealed record Answered(IdempotentRequestEvent.Accepted Request, int StatusCode, string Body, string Location) : Known(Request);

    public static IdempotentRequest Evolve(IdempotentRequest state, IdempotentRequestEvent @event) => (state, @event) switch
    {
        (Unseen, IdempotentRequestEvent.Accepted accepted) => new Accepted(accepted),
        (Accepted known, IdempotentRequestEvent.Answered answered) => new Answered(known.Request, answered.StatusCode, answered.Body, answered.Location),
        _ => throw new InvalidOperationException($"A request that is {state.GetType().Name} cannot have been {@event.GetType().Name}."),
    };
}
