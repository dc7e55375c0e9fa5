namespace Shop.Storefront.Display;

/// <summary>Where the shop delivers to.</summary>
public static class Countries
{
    /// <summary>By the codes of ISO 3166-1; the names are texts of the shop.</summary>
    public static IReadOnlyList<(string Code, string Name)> All { get; } =
        [("GB", "United Kingdom"), ("CN", "China"), ("DE", "Germany"), ("FR", "France"), ("US", "United States")];

    /// <returns>The code itself where it is none of them.</returns>
    public static string NameOf(string code) => All.FirstOrDefault(country => country.Code == code).Name ?? code;
}
