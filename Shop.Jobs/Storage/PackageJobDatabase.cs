using System.Data.Common;
using Shop.Messaging;

namespace Shop.Jobs.Storage;

/// <summary>Tables beside those of the service's store, in a database that a package brings; shared by its replicas.</summary>
internal sealed class PackageJobDatabase(string engine, IPlainEngine plain) : JobDatabase
{
    public override string Engine => engine;

    public override bool IsShared => true;

    public override string Now => plain.Now;

    public override string ConnectionString => plain.ConnectionString;

    public DbProviderFactory Provider
    {
        get
        {
            using var connection = plain.Connect();
            return DbProviderFactories.GetFactory(connection) ?? throw new NotSupportedException($"{connection.GetType().Name} has no provider that Quartz could use.");
        }
    }

    public override string Page(string limit, string offset) => plain.Page(limit, offset);

    public override Task UpgradeAsync(CancellationToken cancellationToken) => plain.UpgradeAsync(
        [.. Scripts(engine).Select(script => script with { Name = $"jobs/{script.Name}" })], cancellationToken);

    public override async Task<DbConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = plain.Connect();
        try
        {
            await connection.OpenAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public override bool IsDuplicate(DbException error) => plain.IsDuplicate(error);

    public override async Task<bool> AddAsync(string insert, CancellationToken cancellationToken, params (string Name, object? Value)[] values)
    {
        try
        {
            return await ExecuteAsync(insert, cancellationToken, values) > 0;
        }
        catch (DbException error) when (IsDuplicate(error))
        {
            return false;
        }
    }

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
