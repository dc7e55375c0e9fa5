namespace Shop.Messaging;

/// <summary>What the dispatcher asks of a transport that can be away.</summary>
internal interface ITransportHealth
{
    /// <summary>It is known to be away: waiting longer is all that can be done.</summary>
    bool IsAway { get; }

    /// <summary>Gives up a connection that takes messages and does not confirm them.</summary>
    /// <param name="sentAt">When the message was sent that should have been confirmed by now.</param>
    Task RebuildAsync(DateTimeOffset sentAt);
}
