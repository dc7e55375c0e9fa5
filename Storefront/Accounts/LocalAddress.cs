namespace Shop.Storefront.Accounts;

/// <summary>Where to go back to: a page of ours, whatever a link asks for.</summary>
internal static class LocalAddress
{
    public static string Of(string? back) =>
        back is ['/', ..] && back is not ['/', '/' or '\\', ..] && !back.Any(char.IsControl) ? back : "/";
}
