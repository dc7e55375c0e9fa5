using MassTransit;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Shop.Comparison.Inventory;
using Shop.Comparison.Ordering;
using Shop.Comparison.Orchestration;
using Shop.Comparison.Payments;

namespace Shop.Comparison;

/// <summary>The tables of all services, of the saga, and of MassTransit's inbox and outbox.</summary>
public sealed class ShopDb(DbContextOptions<ShopDb> options) : DbContext(options)
{
    public DbSet<Order> Orders => Set<Order>();

    public DbSet<Quote> Quotes => Set<Quote>();

    public DbSet<StockItem> Stock => Set<StockItem>();

    public DbSet<Reservation> Reservations => Set<Reservation>();

    public DbSet<Payment> Payments => Set<Payment>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(ShopDb).Assembly);
        new OrderSagaMap().Configure(modelBuilder);
        modelBuilder.AddInboxStateEntity();
        modelBuilder.AddOutboxMessageEntity();
        modelBuilder.AddOutboxStateEntity();
    }
}

public static class ShopDbRegistration
{
    public static IServiceCollection AddShopDb(this IServiceCollection services, Setting setting, string database)
    {
        var connection = new NpgsqlConnectionStringBuilder(database) { MaxAutoPrepare = setting.PreparedStatements }.ConnectionString;
        return setting.PoolsContexts
            ? services.AddDbContextPool<ShopDb>(options => options.UseNpgsql(connection))
            : services.AddDbContext<ShopDb>(options => options.UseNpgsql(connection));
    }
}
