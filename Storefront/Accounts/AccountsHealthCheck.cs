using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Shop.Storefront.Accounts;

internal sealed class AccountsHealthCheck(AccountsContext accounts) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        await accounts.Database.CanConnectAsync(cancellationToken)
            ? HealthCheckResult.Healthy("The database answers.")
            : HealthCheckResult.Unhealthy("The database of the accounts does not answer: nobody can sign in.");
}
