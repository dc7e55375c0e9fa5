using System.Reflection;
using Shop.EventSourcing.Projections;
using Shop.EventSourcing.Storage;

namespace Shop.Messaging;

/// <summary>What one service keeps in its store besides streams.</summary>
public sealed class StoreDefinition
{
    /// <summary>Name of the service, of its SQLite file and of its connection string.</summary>
    public required string Name { get; init; }

    /// <summary>The assembly with the service's numbered scripts under <c>Schema/Sqlite</c> and <c>Schema/PostgreSql</c>.</summary>
    public required Assembly Schema { get; init; }

    public IReadOnlyList<IInlineProjection> InlineProjections { get; init; } = [];

    public IReadOnlyList<IAsyncProjection> AsyncProjections { get; init; } = [];

    /// <summary>Tables written by neither kind of projection.</summary>
    public IReadOnlyList<Table> OtherTables { get; init; } = [];

    public IReadOnlyList<Table> Tables =>
        [.. InlineProjections.Select(projection => projection.Table), .. AsyncProjections.Select(projection => projection.Table), .. OtherTables];
}
