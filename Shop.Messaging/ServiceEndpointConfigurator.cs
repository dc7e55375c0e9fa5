using MassTransit;
using MassTransit.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Shop.EventSourcing;
using Shop.Messaging.Consuming;
using Shop.Messaging.Sagas;

namespace Shop.Messaging;

/// <summary>Declares what one queue of a module handles.</summary>
public sealed class ServiceEndpoint<TModule> : ServiceEndpoint
    where TModule : class
{
    private readonly IBusRegistrationConfigurator bus;

    internal ServiceEndpoint(IBusRegistrationConfigurator bus, string queue) : base(queue) => this.bus = bus;

    /// <summary>Adds a consumer: each message is one unit of work of the module's store.</summary>
    public ServiceEndpoint<TModule> Consumer<TConsumer>() where TConsumer : class, IConsumer
    {
        bus.AddConsumer<TConsumer>().ExcludeFromConfigureEndpoints();
        foreach (var handled in typeof(TConsumer).GetInterfaces().Where(type => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IConsumer<>)))
            Handles(handled.GetGenericArguments()[0]);
        Configurations.Add((endpoint, context) => endpoint.ConfigureConsumer<TConsumer>(context));
        return this;
    }

    /// <summary>
    /// Adds a saga state machine whose instances live in the module's store: the row, one transition event per message that
    /// changed it, and its outgoing messages are one write set.
    /// </summary>
    /// <param name="streams">Where and how instances are stored.</param>
    public ServiceEndpoint<TModule> SagaStateMachine<TStateMachine, TSaga>(SagaStreams<TSaga> streams)
        where TStateMachine : MassTransitStateMachine<TSaga>
        where TSaga : class, SagaStateMachineInstance, new()
    {
        bus.TryAddSingleton(streams);
        bus.AddSagaStateMachine<TStateMachine, TSaga>()
            .Repository(repository => repository.RegisterSagaRepository<TSaga, SagaStreams<TSaga>, StreamSagaConsumeContextFactory<TSaga>, StreamSagaRepositoryContextFactory<TSaga>>())
            .ExcludeFromConfigureEndpoints();
        Configurations.Add((endpoint, context) =>
        {
            foreach (var messageType in context.GetRequiredService<TStateMachine>().Events
                         .Select(@event => @event.GetType())
                         .SelectMany(type => type.GetInterfaces().Append(type))
                         .Where(type => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Event<>))
                         .Select(type => type.GetGenericArguments()[0]))
                Handles(messageType);
            endpoint.ConfigureSaga<TSaga>(context);
        });
        return this;
    }

    internal override void Configure(IReceiveEndpointConfigurator configurator, IRegistrationContext context)
    {
        configurator.PrefetchCount = ConcurrentMessages;
        configurator.ConcurrentMessageLimit = ConcurrentMessages;

        var unitOfWork = new OutboxConsumePipeSpecificationObserver<EventStore<TModule>>(configurator, context);
        configurator.ConnectConsumerConfigurationObserver(unitOfWork);
        configurator.ConnectSagaConfigurationObserver(unitOfWork);

        Park(configurator, context, $"Nothing on {Queue} handles this type of message.");
        foreach (var configure in Configurations)
            configure(configurator, context);
    }

    internal override void ConfigureDeadLetters(IReceiveEndpointConfigurator configurator, IRegistrationContext context, string reason) =>
        Park(configurator, context, reason);

    private void Park(IReceiveEndpointConfigurator configurator, IRegistrationContext context, string reasonUnhandled)
    {
        var park = new ParkFilter(context.GetRequiredService<EventStore<TModule>>(), context.GetRequiredService<MessageAttempts>(), Queue, reasonUnhandled);
        configurator.ConfigureError(pipe => pipe.UseFilter<ExceptionReceiveContext>(park));
        configurator.ConfigureDeadLetter(pipe => pipe.UseFilter<ReceiveContext>(park));
    }
}
