using MassTransit;
using MassTransit.Middleware;
using MassTransit.Scheduling;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Shop.EventSourcing;
using Shop.Messaging.Consuming;
using Shop.Messaging.Delivery;
using Shop.Messaging.Local;
using Shop.Messaging.Measuring;
using Shop.Messaging.Operating;
using Shop.Messaging.RabbitMq;

namespace Shop.Messaging;

public static class MessagingRegistration
{
    /// <summary>
    /// The bus, with every endpoint that the modules add in <paramref name="configure"/>, on the transport in
    /// <c>Shop:Transport</c>: <c>InMemory</c> (the default), or <c>RabbitMq</c> at <c>ConnectionStrings:rabbitmq</c>.
    /// </summary>
    /// <exception cref="StartupException">A setting is missing or cannot be read; the message names it.</exception>
    public static IServiceCollection AddShopMessaging(
        this IServiceCollection services, IConfiguration configuration, Action<IBusRegistrationConfigurator> configure)
    {
        var options = MessagingOptions.Read(configuration);
        return (configuration["Shop:Transport"] ?? "InMemory").ToUpperInvariant() switch
        {
            "INMEMORY" => services.AddInMemoryMessaging(options, configure),
            "RABBITMQ" => services.AddRabbitMqMessaging(
                options, BrokerAddress.Parse(configuration.GetConnectionString("rabbitmq"), "ConnectionStrings:rabbitmq"), configure),
            var other => throw new StartupException($"Setting Shop:Transport is '{other}'. Use InMemory or RabbitMq."),
        };
    }

    /// <summary>Adds a queue of a module.</summary>
    public static void AddServiceEndpoint<TModule>(this IBusRegistrationConfigurator bus, string queue, Action<ServiceEndpoint<TModule>> configure)
        where TModule : class
    {
        var endpoints = bus.FirstOrDefault(service => service.ServiceType == typeof(ServiceEndpoints))?.ImplementationInstance as ServiceEndpoints
            ?? throw new InvalidOperationException("Add endpoints inside AddShopMessaging.");
        bus.TryAddScoped<IOutboxContextFactory<EventStore<TModule>>, UnitOfWorkContextFactory<TModule>>();
        var endpoint = new ServiceEndpoint<TModule>(bus, queue);
        configure(endpoint);
        endpoints.Add(endpoint);
    }

    /// <summary>Adds a queue for work that a service gives itself, see <see cref="ILocalHandler{TMessage}"/>.</summary>
    public static IServiceCollection AddLocalQueue<TMessage, THandler>(this IServiceCollection services, string name)
        where TMessage : class
        where THandler : class, ILocalHandler<TMessage>
    {
        services.TryAddSingleton<THandler>();
        services.AddSingleton<LocalQueueDefinition>(new LocalQueueDefinition<TMessage, THandler>(name));
        return services.AddSingleton(provider => new LocalQueue<TMessage>(name, provider.GetRequiredService<TimeProvider>()));
    }

    private static IServiceCollection AddInMemoryMessaging(
        this IServiceCollection services, MessagingOptions options, Action<IBusRegistrationConfigurator> configure)
    {
        options.SingleProcess = true;
        services.AddSingleton<InProcessDelivery>();
        services.AddHostedService(provider => provider.GetRequiredService<InProcessDelivery>());
        return services.AddMessaging(options, configure, bus => bus.UsingInMemory((context, factory) =>
        {
            var json = new JsonMessages();
            factory.AddSerializer(json);
            factory.AddDeserializer(json, isDefault: true);
            foreach (var endpoint in context.GetRequiredService<ServiceEndpoints>().All)
                factory.ReceiveEndpoint(endpoint.Queue, configurator => endpoint.Configure(configurator, context));
        }));
    }

    private static IServiceCollection AddRabbitMqMessaging(
        this IServiceCollection services, MessagingOptions options, BrokerAddress broker, Action<IBusRegistrationConfigurator> configure)
    {
        options.SingleProcess = false;
        services.AddSingleton(provider => Credentials.Checked(broker, "ConnectionStrings:rabbitmq", provider.GetService<IHostEnvironment>()));
        services.AddSingleton<BrokerConnection>();
        services.AddSingleton<IMessageSender, BrokerPublisher>();
        services.AddSingleton<IBrokerQueues, BrokerQueueReader>();
        return services.AddMessaging(options, configure, bus => bus.UsingRabbitMq(RabbitMqTransport.Configure));
    }

    private static IServiceCollection AddMessaging(
        this IServiceCollection services, MessagingOptions options, Action<IBusRegistrationConfigurator> configure, Action<IBusRegistrationConfigurator> useTransport)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.AddSingleton<OutboxSerializer>();
        services.AddMeasuring();
        services.AddSingleton<MessageAttempts>();
        services.AddSingleton<LocalQueues>();
        services.AddSingleton<IMessageOutbox, MessageOutbox>();
        services.AddSingleton(provider => new ParkedMessages(
            provider.GetServices<EventStore>(), provider.GetRequiredService<LocalQueues>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<OperatorActionList>().AddSingleton<ScheduledMessages>().AddSingleton<GroupRedrives>();
        services.AddSingleton(provider => provider.GetRequiredService<MessageAttempts>().Failing);
        services.AddMassTransit(bus =>
        {
            bus.TryAddSingleton(new ServiceEndpoints());
            configure(bus);
            bus.AddScoped<IMessageScheduler>(provider => new MessageScheduler(
                new OutboxScheduleProvider(provider.GetRequiredService<ISendEndpointProvider>(), CurrentUnitOfWork(provider)), provider.GetRequiredService<IBus>().Topology));
            useTransport(bus);
        });
        services.AddOptions<MassTransitHostOptions>().Configure(host =>
        {
            host.WaitUntilStarted = true;
            host.StopTimeout = TimeSpan.FromSeconds(5);
        });
        return services;
    }

    private static UnitOfWork CurrentUnitOfWork(IServiceProvider provider) =>
        provider.GetRequiredService<ConsumeContext>().UnitOfWork();
}
