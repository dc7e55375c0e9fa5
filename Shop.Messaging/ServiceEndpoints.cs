using System.Collections.Frozen;
using MassTransit;
using Shop.Messaging.Delivery;

namespace Shop.Messaging;

/// <summary>The receive endpoints of all modules in this process, and which message types each one handles.</summary>
public sealed class ServiceEndpoints
{
    private readonly List<ServiceEndpoint> all = [];
    private FrozenDictionary<string, int>? receivers;

    internal IReadOnlyList<ServiceEndpoint> All => all;

    internal void Add(ServiceEndpoint endpoint) => all.Add(endpoint);

    /// <summary>How many endpoints of this process receive a message: one for a queue's address, else the subscribers of its types.</summary>
    internal int CountReceivers(string destination, string messageTypes)
    {
        receivers ??= Count();
        if (receivers.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(OutboxAddress.NameIn(destination), out var queue))
            return queue;
        var types = messageTypes.AsSpan();
        var first = types.IndexOf(';') is var end and >= 0 ? types[..end] : types;
        return receivers.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(first, out var subscribers) ? subscribers : 0;
    }

    private FrozenDictionary<string, int> Count()
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var endpoint in all)
        {
            counts[endpoint.Queue] = 1;
            foreach (var urn in endpoint.MessageTypes.Select(type => MessageUrn.ForTypeString(type)).Distinct())
                counts[urn] = counts.GetValueOrDefault(urn) + 1;
        }

        return counts.ToFrozenDictionary(StringComparer.Ordinal);
    }
}

/// <summary>One queue of one module, with its consumers and sagas; their messages are handled in the module's store.</summary>
public abstract class ServiceEndpoint(string queue)
{
    private readonly HashSet<Type> messageTypes = [];

    internal string Queue => queue;

    internal IReadOnlySet<Type> MessageTypes => messageTypes;

    internal List<Action<IReceiveEndpointConfigurator, IRegistrationContext>> Configurations { get; } = [];

    internal abstract void Configure(IReceiveEndpointConfigurator configurator, IRegistrationContext context);

    /// <summary>Parks everything that a transport gave up on delivering to this queue.</summary>
    internal abstract void ConfigureDeadLetters(IReceiveEndpointConfigurator configurator, IRegistrationContext context, string reason);

    private protected void Handles(Type messageType) => messageTypes.Add(messageType);
}
