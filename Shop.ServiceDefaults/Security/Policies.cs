namespace Shop.ServiceDefaults.Security;

/// <summary>Who may call a route. What declares nothing is for operators, as if it had said <see cref="Operator"/>.</summary>
public static class Policies
{
    /// <summary>Anybody who is signed in; what they may see of it, the route decides.</summary>
    public const string Customer = "customer";

    /// <summary>Who runs the shop.</summary>
    public const string Operator = "operator";
}

/// <summary>What an account may be.</summary>
public static class Roles
{
    public const string Customer = "customer";
    public const string Operator = "operator";

    public static IReadOnlyList<string> All { get; } = [Customer, Operator];
}
