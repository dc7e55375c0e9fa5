using System.Data.Common;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Shop.ServiceDefaults.Databases;
using Shop.ServiceDefaults.Health;

namespace Shop.Storefront.Accounts;

/// <summary>Asked by every supervisor as soon as the process runs, and so not through EF Core (docs/adr/0027).</summary>
public sealed class AccountsHealthCheck(PlainDatabase database, HealthOptions options) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            // Not only by the token: a database that was stopped half way through an answer would not notice it.
            await AskAsync(cancellationToken).WaitAsync(options.Timeout, cancellationToken);
            return HealthCheckResult.Healthy("The database answers.");
        }
        catch (Exception error) when (error is DbException || PlainDatabase.IsAway(error))
        {
            return HealthCheckResult.Unhealthy($"The database of the accounts does not answer, nobody can sign in: {error.GetBaseException().Message}", error);
        }
    }

    private async Task AskAsync(CancellationToken cancellationToken)
    {
        await using var connection = database.Connect();
        await connection.OpenAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        // Of a table: SQLite opens a file that was lost as an empty one.
        command.CommandText = "SELECT 1 WHERE EXISTS (SELECT 1 FROM accounts)";
        await command.ExecuteScalarAsync(cancellationToken);
    }
}
