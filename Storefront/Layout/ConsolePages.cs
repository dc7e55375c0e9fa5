namespace Shop.Storefront.Layout;

/// <param name="Address">Without the first slash.</param>
/// <param name="Name">English, the key of its translation.</param>
public sealed record ConsolePage(string Address, string Name);

/// <summary>What the console's navigation lists, in this order.</summary>
public static class ConsolePages
{
    public static IReadOnlyList<ConsolePage> All { get; } =
    [
        new("console", "Overview"),
        new("console/sagas", "Sagas"),
        new("console/messages", "Messages"),
        new("console/events", "Events"),
        new("console/projections", "Projections"),
        new("console/stock", "Stock"),
        new("console/payments", "Payments"),
        new("console/customers", "Customers"),
        new("console/audit", "Audit"),
        new("console/jobs", "Jobs"),
    ];
}
