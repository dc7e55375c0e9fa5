using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Shop.EventSourcing.Storage;

namespace Shop.Messaging;

/// <summary>How a package's database is used for what is no event store: whatever SQL of one dialect cannot say for all.</summary>
public interface IPlainEngine
{
    /// <summary>Its own, for whoever connects by himself.</summary>
    string ConnectionString { get; }

    /// <summary>SQL: the database's clock, in microseconds since 1970, as a <see cref="long"/>.</summary>
    string Now { get; }

    /// <summary>A new, closed connection.</summary>
    /// <param name="pooled">False: what is set on it goes with it.</param>
    DbConnection Connect(bool pooled = true);

    /// <summary>Has EF Core use the database.</summary>
    void Use(DbContextOptionsBuilder options);

    /// <summary>The end of a query that has an <c>ORDER BY</c>: so many rows after so many others.</summary>
    /// <param name="limit">A parameter or a number.</param>
    /// <param name="offset">A parameter or a number.</param>
    string Page(string limit, string offset);

    /// <summary>Applies scripts that are not applied yet, in order, while nobody else can.</summary>
    Task UpgradeAsync(IReadOnlyList<SchemaScript> scripts, CancellationToken cancellationToken);

    /// <summary>Takes what was deleted and overwritten out of the database's files.</summary>
    Task PurgeAsync(CancellationToken cancellationToken);

    /// <summary>Whether a row was refused because there is one of its key already.</summary>
    bool IsDuplicate(DbException error);
}
