namespace Shop.Messaging;

/// <summary>What the dispatcher asks of a transport that can be away.</summary>
internal interface ITransportHealth
{
    /// <summary>It is known to be away: waiting longer is all that can be done.</summary>
    bool IsAway { get; }

    /// <summary>Gives up a connection that takes messages and confirms none.</summary>
    Task RebuildAsync();
}
