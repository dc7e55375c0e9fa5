using Shop.EventSourcing.Storage;
using Shop.Inventory;
using Shop.Messaging;
using Shop.Orchestration;
using Shop.Ordering;
using Shop.Payments;

namespace Shop.Host;

/// <summary>The stores of a shop, for commands that look at them from outside: files of a data folder, or databases by configuration.</summary>
internal static class ShopStores
{
    public static IReadOnlyList<StoreDefinition> All { get; } =
        [OrderingModuleExtensions.Store, PaymentsModuleExtensions.Store, InventoryRegistration.Store, OrderSagas.Store];

    /// <summary>What the host itself would be configured with: <c>appsettings.json</c> and the environment.</summary>
    public static IConfiguration Configure(string data) => new ConfigurationBuilder()
        .SetBasePath(AppContext.BaseDirectory)
        .AddJsonFile("appsettings.json", optional: true)
        .AddEnvironmentVariables()
        .AddInMemoryCollection([new("Shop:Data", data)])
        .Build();

    /// <param name="names">Which; none: all.</param>
    /// <exception cref="StartException">There is no such store.</exception>
    public static IReadOnlyList<StoreDefinition> Choose(IReadOnlyList<string> names)
    {
        if (names.Except(All.Select(definition => definition.Name), StringComparer.Ordinal).FirstOrDefault() is { } unknown)
            throw new StartException($"There is no such store: {unknown}. There are {string.Join(", ", All.Select(definition => definition.Name))}.");
        return [.. All.Where(definition => names.Count == 0 || names.Contains(definition.Name, StringComparer.Ordinal))];
    }

    /// <exception cref="StartException">Its file does not exist.</exception>
    public static IStorageEngine Open(IConfiguration configuration, StoreDefinition definition)
    {
        if (StoreEngines.IsEmbedded(configuration) && StoreEngines.FileOf(configuration, definition) is var file && !File.Exists(file))
            throw new StartException($"{file} does not exist. Name the folder of a shop that has run with --data, or set Shop:Store and the connection strings.");
        return StoreEngines.Create(configuration, definition, environment: null);
    }
}
