namespace Shop.EventSourcing.Storage;

/// <summary>The scripts of a store in the order in which they are applied.</summary>
internal static class SchemaScripts
{
    /// <summary>The library's, then the service's, under names that cannot meet.</summary>
    public static IEnumerable<SchemaScript> All(string engine, IReadOnlyList<SchemaScript> service) =>
    [
        .. EmbeddedSql.Schema(engine).Select(script => script with { Name = $"event-sourcing/{script.Name}" }),
        .. service.OrderBy(script => script.Name, StringComparer.Ordinal).Select(script => script with { Name = $"service/{script.Name}" }),
    ];
}
