using System.Collections.Frozen;
using MassTransit;
using MassTransit.Context;
using MassTransit.Transports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Shop.EventSourcing.Storage;

namespace Shop.Messaging.Delivery;

/// <summary>
/// In one process a message goes straight from the outbox into the pipes of the endpoints that receive it: through no queue, and
/// without being read from JSON when its object is still at hand. It is delivered when all of its handlers have committed, not
/// when it entered a queue that a crash empties. See docs/adr/0009-in-process-delivery.md.
/// </summary>
internal sealed partial class InProcessDelivery : IHostedLifecycleService
{
    private const int MostWaiting = 10_000;

    /// <summary>What is not handled by then is handled after the next start.</summary>
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(5);

    private readonly ServiceEndpoints endpoints;
    private readonly IServiceProvider provider;
    private readonly ILogger logger;
    private readonly FrozenDictionary<ServiceEndpoint, Receiver> receivers;

    /// <summary>A handler must not run in the surroundings of the one that sent the message: its log scopes, its trace, its request.</summary>
    private ExecutionContext surroundings = null!;

    public InProcessDelivery(ServiceEndpoints endpoints, IServiceProvider provider, ILogger<InProcessDelivery> logger)
    {
        this.endpoints = endpoints;
        this.provider = provider;
        this.logger = logger;
        receivers = endpoints.All.ToFrozenDictionary(
            endpoint => endpoint, endpoint => new Receiver { Lane = new(endpoint.ConcurrentMessages, MostWaiting, HandleAsync) });
    }

    /// <param name="ended">Called with true when all endpoints have finished, with false when one could not.</param>
    public void Deliver(OutboxMessage message, Action<Guid, bool> ended)
    {
        var targets = endpoints.ReceiversOf(message.Destination, message.MessageType);
        var delivery = new Delivery(message, targets.Count, ended);
        if (targets.Count == 0)
            ended(message.Id, true);
        foreach (var target in targets)
        {
            var receiver = receivers[target];
            if (!receiver.Lane.TryAdd(new(receiver, delivery)))
                delivery.End(handled: false);
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        surroundings = ExecutionContext.Capture()!;
        foreach (var (endpoint, receiver) in receivers)
        {
            receiver.Connect(endpoint, provider);
            receiver.Lane.Open();
        }

        return Task.CompletedTask;
    }

    /// <summary>Before the bus and the stores stop, which the handlers need.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken) =>
        await Task.WhenAll(receivers.Values.Select(receiver => receiver.Lane.CloseAsync()))
            .WaitAsync(StopPatience, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task HandleAsync(Arrival arrival)
    {
        var handled = false;
        try
        {
            ExecutionContext.Run(surroundings, static state => ((Arrival)state!).Start(), arrival);
            await arrival.Handling;
            handled = true;
        }
#pragma warning disable CA1031 // Whatever went wrong, the row stays and the sweep takes it again.
        catch (Exception error)
#pragma warning restore CA1031
        {
            LogNotHandled(error, arrival.Delivery.Message.Id, arrival.Delivery.Message.Destination);
        }

        arrival.Delivery.End(handled);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Message {MessageId} to {Destination} was not handled; it will be again.")]
    private partial void LogNotHandled(Exception error, Guid messageId, string destination);

    /// <summary>An endpoint's pipe, as MassTransit builds it.</summary>
    private sealed class Receiver
    {
        private ReceiveEndpointContext context = null!;
        private IReceivePipeDispatcher pipe = null!;

        public required Lane<Arrival> Lane { get; init; }

        public void Connect(ServiceEndpoint endpoint, IServiceProvider provider)
        {
            var registration = provider.GetRequiredService<IBusRegistrationContext>();
            var configuration = provider.GetRequiredService<IBusInstance>().HostConfiguration.CreateReceiveEndpointConfiguration(endpoint.Queue, configurator =>
            {
                configurator.ConfigureConsumeTopology = false;
                endpoint.Configure(configurator, registration);
            });
            configuration.Validate().ThrowIfContainsFailure($"Endpoint {endpoint.Queue} is not configured right:");
            context = configuration.CreateReceiveEndpointContext();
            pipe = context.CreateReceivePipeDispatcher();
        }

        public async Task HandleAsync(OutboxMessage message)
        {
            using var received = StoredReceiveContext.Of(message, context);
            await pipe.Dispatch(received, NoLockReceiveContext.Instance);
        }
    }

    /// <summary>A message at one of its endpoints.</summary>
    private sealed class Arrival(Receiver receiver, Delivery delivery)
    {
        public Delivery Delivery => delivery;

        public Task Handling { get; private set; } = Task.CompletedTask;

        public void Start()
        {
            // The trace's span of the outbox ends where the receiver's begins.
            using var span = OutboxTrace.Continue(delivery.Message);
            Handling = receiver.HandleAsync(delivery.Message);
        }
    }

    private sealed class Delivery(OutboxMessage message, int receivers, Action<Guid, bool> ended)
    {
        private int left = receivers;
        private volatile bool failed;

        public OutboxMessage Message => message;

        public void End(bool handled)
        {
            failed |= !handled;
            if (Interlocked.Decrement(ref left) == 0)
                ended(message.Id, !failed);
        }
    }
}
