using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Shop.EventSourcing.Storage;

/// <summary>Queries over read-model tables with EF Core: no tracking, read only. Dispose after use.</summary>
public sealed class ReadModels(DbContextOptions options, IReadOnlyList<Table> tables) : DbContext(options)
{
    /// <summary>The rows of one read model.</summary>
    public IQueryable<TRow> Query<TRow>() where TRow : class => Set<TRow>().AsNoTracking();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        foreach (var table in tables)
        {
            var entity = modelBuilder.Entity(table.RowType);
            entity.ToTable(table.Name).HasKey([.. table.Key.Select(column => column.Property.Name)]);
            foreach (var column in table.Columns)
                entity.Property(column.Type, column.Property.Name).HasColumnName(column.Name);
        }
    }

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        if (Database.ProviderName?.EndsWith("Sqlite", StringComparison.Ordinal) != true)
            return;
        configurationBuilder.Properties<Guid>().HaveConversion<GuidAsText>();
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<InstantAsMicroseconds>();
    }

    private sealed class GuidAsText() : ValueConverter<Guid, string>(id => id.ToString("D"), text => Guid.Parse(text));

    private sealed class InstantAsMicroseconds() : ValueConverter<DateTimeOffset, long>(
        instant => instant.ToUnixMicroseconds(), microseconds => Instants.FromUnixMicroseconds(microseconds));
}
