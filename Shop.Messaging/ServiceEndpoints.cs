using System.Collections.Frozen;
using MassTransit;
using Shop.Messaging.Delivery;

namespace Shop.Messaging;

/// <summary>The receive endpoints of all modules in this process, and which message types each one handles.</summary>
public sealed class ServiceEndpoints
{
    private readonly List<ServiceEndpoint> all = [];
    private FrozenDictionary<string, ServiceEndpoint[]>? receivers;

    internal IReadOnlyList<ServiceEndpoint> All => all;

    internal void Add(ServiceEndpoint endpoint) => all.Add(endpoint);

    /// <summary>The endpoints of this process that receive a message: the one of a queue's address, else the subscribers of its types.</summary>
    internal IReadOnlyList<ServiceEndpoint> ReceiversOf(string destination, string messageTypes)
    {
        receivers ??= Find();
        var byName = receivers.GetAlternateLookup<ReadOnlySpan<char>>();
        if (byName.TryGetValue(OutboxAddress.NameIn(destination), out var queue))
            return queue;
        var types = messageTypes.AsSpan();
        var first = types.IndexOf(';') is var end and >= 0 ? types[..end] : types;
        return byName.TryGetValue(first, out var subscribers) ? subscribers : [];
    }

    private FrozenDictionary<string, ServiceEndpoint[]> Find() =>
        all.SelectMany(endpoint => endpoint.MessageTypes.Select(type => MessageUrn.ForTypeString(type)).Distinct().Append(endpoint.Queue)
                .Select(name => (Name: name, Endpoint: endpoint)))
            .GroupBy(receiver => receiver.Name, receiver => receiver.Endpoint, StringComparer.Ordinal)
            .ToFrozenDictionary(named => named.Key, named => named.ToArray(), StringComparer.Ordinal);
}

/// <summary>One queue of one module, with its consumers and sagas; their messages are handled in the module's store.</summary>
public abstract class ServiceEndpoint(string queue)
{
    private readonly HashSet<Type> messageTypes = [];

    internal string Queue => queue;

    internal IReadOnlySet<Type> MessageTypes => messageTypes;

    /// <summary>How many messages are handled at the same time. Handlers mostly wait for a commit that they share, so it is high.</summary>
    public int ConcurrentMessages { get; set; } = 48;

    internal List<Action<IReceiveEndpointConfigurator, IRegistrationContext>> Configurations { get; } = [];

    internal abstract void Configure(IReceiveEndpointConfigurator configurator, IRegistrationContext context);

    /// <summary>Parks everything that a transport gave up on delivering to this queue.</summary>
    internal abstract void ConfigureDeadLetters(IReceiveEndpointConfigurator configurator, IRegistrationContext context, string reason);

    private protected void Handles(Type messageType) => messageTypes.Add(messageType);
}
