namespace Shop.Host;

/// <summary>What the command line says about the shop to run.</summary>
/// <param name="Urls">Where to listen, separated by <c>;</c>. Port 0 takes a free one.</param>
/// <param name="Data">Folder of the stores and of the sandbox's ledger.</param>
/// <param name="Seed">Whether an empty catalogue gets the products of <see cref="Catalogue.SeedCatalogue"/>.</param>
/// <param name="Settings">Further configuration, such as <c>Sandbox:Faults:Fraction</c>.</param>
/// <param name="WarmUp">Whether <see cref="Shop.Host.WarmUp"/> runs in the background.</param>
public sealed record ShopOptions(string Urls, string Data, bool Seed = true, IReadOnlyDictionary<string, string?>? Settings = null, bool WarmUp = false)
{
    public const string DefaultUrls = "http://127.0.0.1:5080";
    public const string DefaultData = "./data";

    /// <summary>The provider's ledger in a data folder.</summary>
    public static string Ledger(string data) => Path.Combine(data, "payment-sandbox.db");
}
