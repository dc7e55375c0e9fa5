using MassTransit;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Shop.Comparison.Inventory;
using Shop.Comparison.Orchestration;
using Shop.Comparison.Ordering;
using Shop.Comparison.Payments;

namespace Shop.Comparison;

/// <summary>The tables of all services, of the saga, and of MassTransit's inbox and outbox.</summary>
public class ShopDb(DbContextOptions options) : DbContext(options)
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

/// <summary>
/// Without the savepoint that EF Core sets at each saving inside a transaction, a third of all statements: who fails to save here
/// lets the whole transaction go.
/// </summary>
public sealed class LeanShopDb : ShopDb
{
    public LeanShopDb(DbContextOptions<LeanShopDb> options)
        : base(options) => Database.AutoSavepointsEnabled = false;
}

public static class ShopDbRegistration
{
    private const int PreparedStatements = 200;

    public static IServiceCollection AddShopDb(this IServiceCollection services, Setting setting, string database) => setting.LeanDatabase
        ? services.AddDbContextPool<ShopDb, LeanShopDb>(options => options.UseNpgsql(
            new NpgsqlConnectionStringBuilder(database) { MaxAutoPrepare = PreparedStatements, NoResetOnClose = true }.ConnectionString))
        : services.AddDbContext<ShopDb>(options => options.UseNpgsql(database));
}
