using MassTransit;
using Shop.EventSourcing;

namespace Shop.Messaging;

public static class ConsumeContextExtensions
{
    /// <summary>The unit of work of the message being handled; it commits when the handler returns.</summary>
    /// <exception cref="InvalidOperationException">The endpoint was not configured with <c>AddServiceEndpoint</c>.</exception>
    public static UnitOfWork UnitOfWork(this ConsumeContext context) =>
        context.TryGetPayload<UnitOfWork>(out var unit)
            ? unit
            : throw new InvalidOperationException("No unit of work: configure the endpoint with AddServiceEndpoint.");

    /// <summary>The queue's name in a receive endpoint's address.</summary>
    internal static string QueueName(this Uri address) => address.Segments[^1];
}
