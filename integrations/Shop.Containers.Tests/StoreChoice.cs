namespace Shop.Containers.Tests;

/// <summary>Where the services of the drills keep their stores: <c>SHOP_CONTAINERS_STORE</c>, PostgreSQL when it is not set.</summary>
/// <param name="Settings">Of every service.</param>
internal sealed record StoreChoice(bool IsSqlServer, IReadOnlyDictionary<string, string?> Settings)
{
    public const string Variable = "SHOP_CONTAINERS_STORE";

    private static readonly StoreChoice PostgreSql = new(false, new Dictionary<string, string?> { ["Shop__Store"] = "PostgreSql" });

    private static readonly StoreChoice SqlServer = new(true, new Dictionary<string, string?> { ["Shop__Store"] = "SqlServer" });

    public static StoreChoice Read(string? value) => value switch
    {
        null or "" or "PostgreSql" => PostgreSql,
        "SqlServer" => SqlServer,
        _ => throw new InvalidOperationException($"{Variable}={value} is not known. Use PostgreSql or SqlServer."),
    };
}
