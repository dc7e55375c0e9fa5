using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Shop.EventSourcing.Storage;
using Shop.EventSourcing.Storage.Migration;
using Shop.Storefront.Accounts;

namespace Shop.Host;

/// <summary>Moves all stores of a data folder, and the accounts, to databases of a server.</summary>
internal static class MigrateCommand
{
    /// <returns>0 when everything is moved and compared.</returns>
    /// <exception cref="StartException">It cannot be moved; the message says what to do.</exception>
    public static async Task<int> RunAsync(string from, string to, string data, IConfiguration configuration, TextWriter output, CancellationToken cancellationToken)
    {
        var refusal = $"A shop can be moved --from {Stores.Sqlite} --to {Elsewhere.Names}, not --from {from} --to {to}.";
        if (from != Stores.Sqlite)
            throw new StartException(refusal);
        var elsewhere = Elsewhere.Find(to, configuration, refusal);
        if (!Directory.Exists(data))
            throw new StartException($"{data} does not exist. Name the folder of a shop that has run with --data.");
        using var folder = DataFolder.Open(data, evenIfMoved: true);
        var started = Stopwatch.GetTimestamp();
        var migrations = new List<(string Name, StoreMigration Migration)>();
        DatabaseMigration? accounts = null;
        try
        {
            // All of them first, so that none is moved when another cannot be.
            foreach (var definition in Stores.All)
                migrations.Add((definition.Name, await OpenAsync(definition, data, elsewhere, cancellationToken)));
            accounts = await EmbeddedAccounts.OpenMigrationAsync(data, elsewhere, cancellationToken);
            foreach (var (name, migration) in migrations)
                Print(await migration.RunAsync(new Progress(name, output), cancellationToken), output);
            if (accounts is null)
                output.WriteLine(Text($"{AccountsDatabase.Name}: there are none in {data}."));
            else
                Print(await accounts.RunAsync(cancellationToken), output);
            folder.MarkMoved(elsewhere.Name);
        }
        catch (MigrationException error)
        {
            throw new StartException(error.Message, error);
        }
        catch (SqliteException error)
        {
            throw new StartException($"A store in {data} cannot be read: {error.Message} Run Shop.Host audit to see more.", error);
        }
        catch (DbException error)
        {
            throw new StartException($"A target database failed: {error.Message}. Run it again: it goes on where it stopped.", error);
        }
        finally
        {
            foreach (var (_, migration) in migrations)
                await migration.DisposeAsync();
            if (accounts is not null)
                await accounts.DisposeAsync();
        }

        output.WriteLine(Text($"""

            Moved and compared in {Stopwatch.GetElapsedTime(started).TotalSeconds:N1} s. Start the services on {elsewhere.Title}; Shop.Host does not open {data} any more.
            The payment provider's books are not ours: the sandbox of the services needs a copy of {ShopOptions.Ledger(data)}.
            """));
        return 0;
    }

    private static async Task<StoreMigration> OpenAsync(Messaging.StoreDefinition definition, string data, Elsewhere elsewhere, CancellationToken cancellationToken) =>
        await StoreMigration.OpenAsync(
            new(
                definition.Name, Stores.FileOf(data, definition), definition.Tables,
                SchemaScript.FromAssembly(definition.Schema, "Sqlite"), SchemaScript.FromAssembly(definition.Schema, elsewhere.Engine)),
            elsewhere.OpenTarget(definition.Name), TimeProvider.System, cancellationToken);

    private static void Print(MovedStore store, TextWriter output)
    {
        if (store.WasDone)
        {
            output.WriteLine(Text($"{store.Name}: was moved before, up to position {store.Head:N0}; nothing to do."));
            return;
        }

        output.WriteLine(Text($"{store.Name}: {store.Head:N0} events{(store.ResumedAfter > 0 ? Text($", of which {store.ResumedAfter:N0} had been moved before") : "")}"));
        Print(store.Tables, output);
    }

    private static void Print(MovedDatabase database, TextWriter output)
    {
        output.WriteLine(database.WasDone ? $"{database.Name}: were moved before; nothing to do." : $"{database.Name}:");
        Print(database.Tables, output);
    }

    private static void Print(IReadOnlyList<MovedStoreTable> tables, TextWriter output)
    {
        foreach (var table in tables)
            output.WriteLine(Text($"  {table.Name,-16} {table.Digest.Rows,12:N0}  {table.Digest.Sum:x32}"));
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>A line now and then.</summary>
    private sealed class Progress(string name, TextWriter output) : IProgress<(long Moved, long Head)>
    {
        private const long EventsPerLine = 100_000;

        public void Report((long Moved, long Head) value)
        {
            if (value.Moved % EventsPerLine == 0 && value.Moved < value.Head)
                output.WriteLine(Text($"{name}: {value.Moved:N0} of {value.Head:N0} events"));
        }
    }
}
