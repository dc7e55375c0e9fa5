using System.Globalization;
using Npgsql;

namespace Shop.EventSourcing.Storage.Migration;

/// <summary>A database that is no event store comes over in one transaction: it is there as a whole, or nothing of it.</summary>
internal sealed partial class MigrationTarget
{
    /// <summary>What is known of a database that was moved here, or null.</summary>
    public async Task<MovedWhole?> FindMovedWholeAsync(CancellationToken cancellationToken)
    {
        await ExecuteAsync("CREATE TABLE IF NOT EXISTS moved_here (source text NOT NULL, digest text NOT NULL, moved_at timestamptz NOT NULL)", cancellationToken);
        await using var command = new NpgsqlCommand("SELECT source, digest, moved_at FROM moved_here", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? new(reader.GetString(0), reader.GetString(1), reader.GetFieldValue<DateTimeOffset>(2)) : null;
    }

    /// <summary>Copies all tables, compares them, and notes where they come from.</summary>
    /// <exception cref="MigrationException">The database is not empty, or what arrived is not what was sent.</exception>
    public async Task<IReadOnlyList<MovedStoreTable>> MoveWholeAsync(
        IReadOnlyList<MovedTable> tables, MigrationSource source, MovedWhole record, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        // A site that runs here writes nothing in between.
        await ExecuteAsync($"LOCK TABLE {string.Join(", ", tables.Select(table => $"\"{table.Name}\""))} IN EXCLUSIVE MODE", cancellationToken);
        await RefuseFullAsync(tables, cancellationToken);
        foreach (var table in await ReferencedFirstAsync(tables, cancellationToken))
            await CopyAsync(table, source.Read(table), cancellationToken);
        var moved = new List<MovedStoreTable>();
        foreach (var table in tables)
        {
            var (expected, found) = (TableDigest.Of(source.Read(table)), await DigestAsync(table, cancellationToken));
            if (found != expected)
                throw new MigrationException($"Table {table.Name} arrived at {location} with {found} instead of {expected}. Nothing was moved.");
            moved.Add(new(table.Name, found));
            await ContinueNumbersAsync(table, cancellationToken);
        }

        await ExecuteAsync("INSERT INTO moved_here (source, digest, moved_at) VALUES ($1, $2, $3)", cancellationToken, record.Source, record.Digest, record.MovedAt.UtcDateTime);
        await transaction.CommitAsync(cancellationToken);
        await ExecuteAsync("ANALYZE", cancellationToken);
        return moved;
    }

    /// <summary>Rows before those that refer to them.</summary>
    private async Task<IReadOnlyList<MovedTable>> ReferencedFirstAsync(IReadOnlyList<MovedTable> tables, CancellationToken cancellationToken)
    {
        var references = new List<(string From, string To)>();
        await using (var command = new NpgsqlCommand("SELECT conrelid::regclass::text, confrelid::regclass::text FROM pg_constraint WHERE contype = 'f' AND conrelid <> confrelid", connection))
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
                references.Add((reader.GetString(0), reader.GetString(1)));
        }

        var (ordered, left) = (new List<MovedTable>(), tables.ToList());
        while (left.Count > 0)
        {
            var next = left.Find(table => !references.Exists(reference => reference.From == table.Name && left.Exists(other => other.Name == reference.To)))
                ?? throw new MigrationException($"The tables of {location} refer to one another in a circle, which this version cannot move.");
            ordered.Add(next);
            left.Remove(next);
        }

        return ordered;
    }

    /// <summary>Numbers that the database gives go on after the last one that came.</summary>
    private async Task ContinueNumbersAsync(MovedTable table, CancellationToken cancellationToken)
    {
        foreach (var column in table.Columns.Where(column => column.PostgreSqlType is "int4" or "int8"))
        {
            await ExecuteAsync(
                $"""
                 SELECT setval(sequence, (SELECT max("{column.Name}") FROM "{table.Name}"))
                 FROM pg_get_serial_sequence('"{table.Name}"', '{column.Name}') sequence
                 WHERE sequence IS NOT NULL AND EXISTS (SELECT FROM "{table.Name}")
                 """,
                cancellationToken);
        }
    }
}

/// <param name="Source">The file that it came from.</param>
/// <param name="Digest">Of everything that was in it.</param>
internal sealed record MovedWhole(string Source, string Digest, DateTimeOffset MovedAt)
{
    public string When => MovedAt.ToString("u", CultureInfo.InvariantCulture);
}
