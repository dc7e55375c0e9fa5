using System.Globalization;

namespace Shop.EventSourcing.Storage.Migration;

/// <content>A database that is no event store comes over in one transaction: it is there as a whole, or nothing of it.</content>
public abstract partial class MigrationTarget
{
    /// <summary>What is known of a database that was moved here, or null.</summary>
    internal async Task<MovedWhole?> FindMovedWholeAsync(CancellationToken cancellationToken)
    {
        await ExecuteAsync(CreateMovedHereSql, cancellationToken);
        return (await ReadAsync(
            "SELECT source, digest, moved_at FROM moved_here", row => new MovedWhole(row.GetString(0), row.GetString(1), Instant(row, 2)), cancellationToken)).FirstOrDefault();
    }

    /// <summary>Copies all tables, compares them, and notes where they come from.</summary>
    /// <exception cref="MigrationException">The database is not empty, or what arrived is not what was sent.</exception>
    internal async Task<IReadOnlyList<MovedStoreTable>> MoveWholeAsync(
        IReadOnlyList<MovedTable> tables, MigrationSource source, MovedWhole record, CancellationToken cancellationToken)
    {
        var moved = new List<MovedStoreTable>();
        foreach (var table in tables)
            await ReadyAsync(table, cancellationToken);
        await TransactAsync(
            async () =>
            {
                // A site that runs here writes nothing in between.
                await LockAsync(tables, cancellationToken);
                await RefuseFullAsync(tables, cancellationToken);
                foreach (var table in await ReferencedFirstAsync(tables, cancellationToken))
                    await CopyAsync(table, source.Read(table), cancellationToken);
                foreach (var table in tables)
                {
                    var (expected, found) = (TableDigest.Of(source.Read(table)), await DigestAsync(table, cancellationToken));
                    if (found != expected)
                        throw new MigrationException($"Table {table.Name} arrived at {Location} with {found} instead of {expected}. Nothing was moved.");
                    moved.Add(new(table.Name, found));
                    await ContinueNumbersAsync(table, cancellationToken);
                }

                await ExecuteAsync(
                    "INSERT INTO moved_here (source, digest, moved_at) VALUES (@source, @digest, @now)", cancellationToken,
                    ("@source", record.Source), ("@digest", record.Digest), ("@now", record.MovedAt.ToUniversalTime()));
            },
            cancellationToken);
        await SettleAsync(cancellationToken);
        return moved;
    }

    /// <summary>Rows before those that refer to them.</summary>
    private async Task<IReadOnlyList<MovedTable>> ReferencedFirstAsync(IReadOnlyList<MovedTable> tables, CancellationToken cancellationToken)
    {
        var references = await ReadAsync(ReferencesSql, row => (From: row.GetString(0), To: row.GetString(1)), cancellationToken);
        var (ordered, left) = (new List<MovedTable>(), tables.ToList());
        while (left.Count > 0)
        {
            var next = left.Find(table => !references.Exists(reference => reference.From == table.Name && left.Exists(other => other.Name == reference.To)))
                ?? throw new MigrationException($"The tables of {Location} refer to one another in a circle, which this version cannot move.");
            ordered.Add(next);
            left.Remove(next);
        }

        return ordered;
    }
}

/// <param name="Source">The file that it came from.</param>
/// <param name="Digest">Of everything that was in it.</param>
internal sealed record MovedWhole(string Source, string Digest, DateTimeOffset MovedAt)
{
    public string When => MovedAt.ToString("u", CultureInfo.InvariantCulture);
}
