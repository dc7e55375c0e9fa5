namespace Shop.EventSourcing.Storage;

/// <summary>The library's own SQL: one embedded file per operation and engine.</summary>
internal static class EmbeddedSql
{
    public static string Read(string engine, string operation) => Load($"{Prefix(engine)}Sql.{operation}.sql");

    public static IEnumerable<SchemaScript> Schema(string engine)
    {
        var prefix = $"{Prefix(engine)}Schema.";
        return typeof(EmbeddedSql).Assembly.GetManifestResourceNames()
            .Where(resource => resource.StartsWith(prefix, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(resource => new SchemaScript(resource[prefix.Length..], Load(resource)));
    }

    private static string Prefix(string engine) => $"Shop.EventSourcing.Storage.{engine}.";

    private static string Load(string resource)
    {
        using var stream = typeof(EmbeddedSql).Assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"{resource} is not embedded. Check the name of the SQL file.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
