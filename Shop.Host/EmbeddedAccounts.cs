using Microsoft.Extensions.Logging.Abstractions;
using Shop.EventSourcing.Storage.Migration;
using Shop.ServiceDefaults.Databases;
using Shop.Storefront.Accounts;

namespace Shop.Host;

/// <summary>The accounts of a data folder, for commands that work on them while no shop runs.</summary>
internal static class EmbeddedAccounts
{
    public static string FileOf(string data) => Path.Combine(data, AccountsDatabase.Name + ".db");

    /// <returns>Null: the folder has none.</returns>
    public static async Task<ErasedAccounts?> EraseAsync(string data, string customerId, CancellationToken cancellationToken) =>
        await OpenAsync(data, cancellationToken) is { } database ? await new AccountErasure(database).EraseAsync([customerId], cancellationToken) : null;

    /// <summary>Brings its tables up to date.</summary>
    /// <returns>Null: the folder has none.</returns>
    public static async Task<PlainDatabase?> OpenAsync(string data, CancellationToken cancellationToken) =>
        File.Exists(FileOf(data)) ? await CreateAsync(data, cancellationToken) : null;

    /// <summary>Opens them, and makes the file when it is missing.</summary>
    internal static async Task<PlainDatabase> CreateAsync(string data, CancellationToken cancellationToken)
    {
        var database = AccountsDatabase.Of(
            new ConfigurationBuilder().AddInMemoryCollection([new("Shop:Store", "Sqlite"), new("Shop:Data", data)]).Build(), environment: null);
        await PrepareAsync(database, cancellationToken);
        return database;
    }

    /// <summary>Prepares their move to the database that <c>ConnectionStrings__accounts</c> names.</summary>
    /// <returns>Null: the folder has none.</returns>
    /// <exception cref="StartException">The connection string is missing.</exception>
    /// <exception cref="MigrationException">They cannot be moved there; the message says what to do.</exception>
    public static async Task<DatabaseMigration?> OpenMigrationAsync(string data, Elsewhere elsewhere, CancellationToken cancellationToken)
    {
        if (await OpenAsync(data, cancellationToken) is null)
            return null;
        var target = elsewhere.OpenTarget(AccountsDatabase.Name);
        await PrepareAsync(
            AccountsDatabase.Of(
                new ConfigurationBuilder().AddConfiguration(elsewhere.Configuration).AddInMemoryCollection([new("Shop:Startup:WaitSeconds", "0")]).Build(), environment: null),
            cancellationToken);
        return await DatabaseMigration.OpenAsync(new(AccountsDatabase.Name, FileOf(data)), target, TimeProvider.System, cancellationToken);
    }

    private static Task PrepareAsync(PlainDatabase database, CancellationToken cancellationToken) =>
        AccountsDatabase.OpenAsync(database, _ => Task.CompletedTask, TimeProvider.System, NullLogger.Instance, cancellationToken);
}
