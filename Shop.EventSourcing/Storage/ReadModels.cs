using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Shop.EventSourcing.Storage;

/// <summary>Queries over read-model tables with EF Core: no tracking, read only. Dispose after use.</summary>
public sealed class ReadModels(DbContextOptions options, IReadOnlyList<Table> tables) : DbContext(options)
{
    private IReadOnlyList<Table> Tables => tables;

    /// <summary>The rows of one read model.</summary>
    public IQueryable<TRow> Query<TRow>() where TRow : class => Set<TRow>().AsNoTracking();

    protected override void OnConfiguring(DbContextOptionsBuilder optionsBuilder) =>
        optionsBuilder.ReplaceService<IModelCacheKeyFactory, ModelPerTables>();

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
        {
            configurationBuilder.Properties<DateTimeOffset>().HaveConversion<InstantAsUtc>();
            return;
        }

        configurationBuilder.Properties<Guid>().HaveConversion<GuidAsText>();
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<InstantAsMicroseconds>();
    }

    // EF Core keeps one model per context type; several stores in one process have different tables.
    private sealed class ModelPerTables : IModelCacheKeyFactory
    {
        public object Create(DbContext context, bool designTime) => (((ReadModels)context).Tables, context.Database.ProviderName, designTime);
    }

    // Npgsql takes no other offset for timestamptz.
    private sealed class InstantAsUtc() : ValueConverter<DateTimeOffset, DateTimeOffset>(instant => instant.ToUniversalTime(), instant => instant);

    private sealed class GuidAsText() : ValueConverter<Guid, string>(id => id.ToString("D"), text => Guid.Parse(text));

    private sealed class InstantAsMicroseconds() : ValueConverter<DateTimeOffset, long>(
        instant => instant.ToUnixMicroseconds(), microseconds => Instants.FromUnixMicroseconds(microseconds));
}
