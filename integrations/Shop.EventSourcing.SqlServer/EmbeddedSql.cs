using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.SqlServer;

/// <summary>This package's own SQL: one embedded file per operation.</summary>
internal static class EmbeddedSql
{
    private const string Prefix = "Shop.EventSourcing.SqlServer.Sql.";

    /// <summary>The numbered scripts, in order.</summary>
    public static IReadOnlyList<SchemaScript> Schema { get; } = SchemaScript.FromAssembly(typeof(EmbeddedSql).Assembly, "SqlServer");

    public static IEnumerable<string> Operations => typeof(EmbeddedSql).Assembly.GetManifestResourceNames()
        .Where(resource => resource.StartsWith(Prefix, StringComparison.Ordinal))
        .Select(resource => resource[Prefix.Length..^".sql".Length])
        .Order(StringComparer.Ordinal);

    public static string Read(string operation)
    {
        using var stream = typeof(EmbeddedSql).Assembly.GetManifestResourceStream($"{Prefix}{operation}.sql")
            ?? throw new InvalidOperationException($"{operation}.sql is not embedded. Check the name of the SQL file.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
