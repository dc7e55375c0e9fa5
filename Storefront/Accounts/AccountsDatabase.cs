using Shop.ServiceDefaults.Databases;

namespace Shop.Storefront.Accounts;

/// <summary>Where the accounts are, for the site and for commands that work on them while no site runs.</summary>
public static class AccountsDatabase
{
    /// <summary>Of the SQLite file and of the connection string.</summary>
    public const string Name = "accounts";

    /// <param name="environment">Whose credentials are checked in Production; null: of nobody, as for a person at the command line.</param>
    public static PlainDatabase Of(IConfiguration configuration, IHostEnvironment? environment) => new(Name, configuration, environment);

    /// <summary>Waits for it and brings its tables up to date.</summary>
    /// <exception cref="Messaging.StartupException">It cannot be used.</exception>
    public static Task OpenAsync(PlainDatabase database, Func<CancellationToken, Task> prepare, TimeProvider clock, ILogger logger, CancellationToken cancellationToken) =>
        database.OpenAsync(typeof(AccountsDatabase).Assembly, prepare, clock, logger, cancellationToken);
}
