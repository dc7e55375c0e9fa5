using System.Data.Common;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Shop.ServiceDefaults.Databases;

namespace Shop.Storefront.Accounts;

/// <summary>Asked by every supervisor as soon as the process runs, and so not through EF Core (docs/adr/0027).</summary>
public sealed class AccountsHealthCheck(PlainDatabase database) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await using var connection = database.Connect();
            await connection.OpenAsync(cancellationToken);
            await using var command = connection.CreateCommand();
            command.CommandText = "SELECT 1";
            await command.ExecuteScalarAsync(cancellationToken);
            return HealthCheckResult.Healthy("The database answers.");
        }
        catch (Exception error) when (error is DbException || PlainDatabase.IsAway(error))
        {
            return HealthCheckResult.Unhealthy("The database of the accounts does not answer: nobody can sign in.");
        }
    }
}
