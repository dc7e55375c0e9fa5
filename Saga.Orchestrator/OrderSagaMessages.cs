namespace Shop.Orchestration;

/// <summary>Deadline of the state that the saga waits in; sent by the saga to itself.</summary>
public sealed record StepTimedOut
{
    public required Guid OrderId { get; init; }
}

/// <summary>Command of an operator: send the unanswered commands again now.</summary>
public sealed record RetryOrderSaga
{
    public required Guid OrderId { get; init; }
}

/// <summary>Command of an operator: nobody needs to look at it until it fails again.</summary>
public sealed record ResolveOrderSaga
{
    public required Guid OrderId { get; init; }

    /// <summary>Name of the operator.</summary>
    public required string By { get; init; }

    public required string Reason { get; init; }
}
