namespace Shop.ServiceDefaults.Health;

/// <summary>From when on a service says that it is degraded; section <c>Shop:Health</c>.</summary>
public sealed class HealthOptions
{
    public const string Section = "Shop:Health";

    /// <summary>A message that is due for longer than this.</summary>
    public TimeSpan OutboxAge { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>An event that a projection has not applied for longer than this.</summary>
    public TimeSpan ProjectionLag { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a check may take; then what it asks counts as away.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(3);
}
