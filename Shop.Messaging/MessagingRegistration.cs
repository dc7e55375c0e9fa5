using MassTransit;
using MassTransit.Middleware;
using MassTransit.Scheduling;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Shop.EventSourcing;
using Shop.Messaging.Consuming;
using Shop.Messaging.Delivery;

namespace Shop.Messaging;

public static class MessagingRegistration
{
    /// <summary>The bus on the in-memory transport, with every endpoint that the modules added in <paramref name="configure"/>.</summary>
    public static IServiceCollection AddInMemoryMessaging(this IServiceCollection services, Action<IBusRegistrationConfigurator> configure)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(new MessagingOptions());
        services.AddSingleton<InProcessDeliveries>();
        services.AddSingleton<OutboxSerializer>();
        services.AddSingleton<IMessageOutbox, MessageOutbox>();
        services.AddSingleton<ParkedMessages>();
        services.AddMassTransit(bus =>
        {
            bus.TryAddSingleton(new ServiceEndpoints());
            configure(bus);
            bus.AddScoped<IMessageScheduler>(provider => new MessageScheduler(
                new OutboxScheduleProvider(provider.GetRequiredService<ISendEndpointProvider>(), CurrentUnitOfWork(provider)), provider.GetRequiredService<IBus>().Topology));
            bus.UsingInMemory((context, factory) =>
            {
                var json = new JsonMessages();
                factory.AddSerializer(json);
                factory.AddDeserializer(json, isDefault: true);
                factory.ConnectReceiveObserver(context.GetRequiredService<InProcessDeliveries>());
                foreach (var endpoint in context.GetRequiredService<ServiceEndpoints>().All)
                    factory.ReceiveEndpoint(endpoint.Queue, configurator => endpoint.Configure(configurator, context));
            });
        });
        services.AddOptions<MassTransitHostOptions>().Configure(options =>
        {
            options.WaitUntilStarted = true;
            options.StopTimeout = TimeSpan.FromSeconds(5);
        });
        return services;
    }

    /// <summary>Adds a queue of a module.</summary>
    public static void AddServiceEndpoint<TModule>(this IBusRegistrationConfigurator bus, string queue, Action<ServiceEndpoint<TModule>> configure)
        where TModule : class
    {
        var endpoints = bus.FirstOrDefault(service => service.ServiceType == typeof(ServiceEndpoints))?.ImplementationInstance as ServiceEndpoints
            ?? throw new InvalidOperationException("Add endpoints inside AddInMemoryMessaging.");
        bus.TryAddScoped<IOutboxContextFactory<EventStore<TModule>>, UnitOfWorkContextFactory<TModule>>();
        var endpoint = new ServiceEndpoint<TModule>(bus, queue);
        configure(endpoint);
        endpoints.Add(endpoint);
    }

    /// <summary>The store of one module, opened before anything else starts, and its outbox dispatcher.</summary>
    public static IServiceCollection AddStore<TModule>(this IServiceCollection services, IConfiguration configuration, StoreDefinition definition)
        where TModule : class
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(definition);
        services.AddSingleton(provider => new EventStore<TModule>(
            definition.Name, StoreEngines.Create(configuration, definition, provider.GetService<IHostEnvironment>()), definition.InlineProjections, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<EventStore>(provider => provider.GetRequiredService<EventStore<TModule>>());
        services.AddSingleton<IHostedService>(provider => new StoreOpener(
            provider.GetRequiredService<EventStore<TModule>>(), StoreEngines.Scripts(configuration, definition), StoreOpener.Patience(configuration),
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<StoreOpener>>()));
        services.AddSingleton<IHostedService>(provider => new OutboxDispatcher(
            provider.GetRequiredService<EventStore<TModule>>(), provider.GetRequiredService<IBus>(), provider.GetRequiredService<MessagingOptions>(),
            provider.GetRequiredService<InProcessDeliveries>(), provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<OutboxDispatcher>>()));
        foreach (var projection in definition.AsyncProjections)
        {
            services.AddSingleton<IHostedService>(provider => new ProjectionService(
                provider.GetRequiredService<EventStore<TModule>>(), projection, provider.GetRequiredService<ILogger<ProjectionService>>()));
        }

        return services;
    }

    private static UnitOfWork CurrentUnitOfWork(IServiceProvider provider) =>
        provider.GetRequiredService<ConsumeContext>().UnitOfWork();
}
