using System.Diagnostics.Metrics;
using System.Reflection;
using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Shop.EventSourcing;
using Shop.EventSourcing.Archive;
using Shop.EventSourcing.Projections;
using Shop.EventSourcing.Storage;
using Shop.Messaging.Delivery;
using Shop.Messaging.Local;
using Shop.Messaging.Proof;

namespace Shop.Messaging;

/// <summary>What one service keeps in its store besides streams.</summary>
public sealed class StoreDefinition
{
    /// <summary>Name of the service, of its SQLite file and of its connection string.</summary>
    public required string Name { get; init; }

    /// <summary>The assembly with the service's numbered scripts under <c>Schema/Sqlite</c>, <c>Schema/PostgreSql</c> and <c>Schema/SqlServer</c>.</summary>
    public required Assembly Schema { get; init; }

    public IReadOnlyList<IInlineProjection> InlineProjections { get; init; } = [];

    /// <summary>Unless given, every such class of <see cref="Schema"/>: a new read model is one class, and nothing else.</summary>
    public IReadOnlyList<IAsyncProjection> AsyncProjections
    {
        get => field ??= [.. Schema.GetTypes().Where(IsProjection).Select(Activator.CreateInstance).Cast<IAsyncProjection>().OrderBy(projection => projection.Name, StringComparer.Ordinal)];
        init;
    }

    /// <summary>Which streams may be moved to the archive when they are old enough; others never are.</summary>
    public IReadOnlyList<IArchivePolicy> ArchivePolicies { get; init; } = [];

    /// <summary>Aggregates that have snapshots, for the audit to compare them with their events.</summary>
    public IReadOnlyList<ISnapshotted> Snapshotted { get; init; } = [];

    /// <summary>Tables written by neither kind of projection.</summary>
    public IReadOnlyList<Table> OtherTables { get; init; } = [];

    public IReadOnlyList<Table> Tables =>
        [.. InlineProjections.Select(projection => projection.Table), .. AsyncProjections.Select(projection => projection.Table), .. OtherTables];

    private static bool IsProjection(Type type) =>
        type is { IsClass: true, IsAbstract: false } && type.IsAssignableTo(typeof(IAsyncProjection)) && type.GetConstructor(Type.EmptyTypes) is not null;
}

public static class StoreRegistration
{
    /// <summary>The store of one module, opened before anything else starts, and its outbox dispatcher.</summary>
    public static IServiceCollection AddStore<TModule>(this IServiceCollection services, IConfiguration configuration, StoreDefinition definition)
        where TModule : class
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddMetrics();
        services.AddSingleton(definition);
        services.AddSingleton(provider => new EventStore<TModule>(
            definition.Name, StoreEngines.Create(configuration, definition, provider.GetService<IHostEnvironment>()), definition.InlineProjections,
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<IMeterFactory>()));
        services.AddSingleton<EventStore>(provider => provider.GetRequiredService<EventStore<TModule>>());
        services.AddSingleton<IHostedService>(provider => new StoreOpener(
            provider.GetRequiredService<EventStore<TModule>>(), StoreEngines.Scripts(configuration, definition), StoreOpener.Patience(configuration),
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<StoreOpener>>()));
        services.AddSingleton<IHostedService>(provider => new OutboxDispatcher(
            provider.GetRequiredService<EventStore<TModule>>(), provider.GetRequiredService<LocalQueues>(),
            provider.GetRequiredService<MessagingOptions>(), provider.GetService<InProcessDelivery>(), provider.GetService<IMessageSender>(),
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<OutboxDispatcher>>()));
        services.AddSingleton<IHostedService>(provider => new SealingService(
            provider.GetRequiredService<EventStore<TModule>>(), ProofSettings.Read(configuration), provider.GetRequiredService<ILogger<SealingService>>()));
        foreach (var projection in definition.AsyncProjections)
        {
            services.AddSingleton<IHostedService>(provider => new ProjectionService(
                provider.GetRequiredService<EventStore<TModule>>(), projection, provider.GetRequiredService<ILogger<ProjectionService>>()));
        }

        services.AddSingleton(provider => new ProjectionControl(
            provider.GetRequiredService<EventStore<TModule>>(), definition.InlineProjections, definition.AsyncProjections));
        services.AddSingleton<IHostedService>(provider => new RebuildService(
            provider.GetRequiredService<EventStore<TModule>>(), definition.InlineProjections, definition.AsyncProjections,
            provider.GetRequiredService<ILogger<RebuildService>>()));

        return services;
    }
}
