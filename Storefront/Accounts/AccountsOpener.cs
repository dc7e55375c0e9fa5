using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Shop.ServiceDefaults.Databases;
using Shop.ServiceDefaults.Security;

namespace Shop.Storefront.Accounts;

/// <summary>Before anything starts: waits for the accounts' database, makes its tables, and the accounts that must be there.</summary>
internal sealed class AccountsOpener(
    IServiceScopeFactory scopes, PlainDatabase database, IHostEnvironment environment, DemoAccounts demo, IOptions<AccountsOptions> options, TimeProvider clock,
    ILogger<AccountsOpener> logger) : IHostedLifecycleService
{
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        var first = options.Value.CheckedOperator(environment);
        await AccountsDatabase.OpenAsync(database, _ => PrepareAsync(first), clock, logger, cancellationToken);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task PrepareAsync(FirstOperator? first)
    {
        foreach (var account in demo.All)
            await EnsureAsync(account.Email, account.DisplayName, account.Role, DemoAccounts.Password, $"Set {DemoAccounts.Setting} to false.");
        if (first is not null)
            await EnsureAsync(first.Email, displayName: null, Roles.Operator, first.Password, $"Name another address in {AccountsOptions.Section}:Operator:Email.");
    }

    /// <param name="otherwise">What to do when somebody else has the address.</param>
    /// <exception cref="OptionsValidationException">The account cannot be made, or somebody else has the address.</exception>
    private async Task EnsureAsync(string email, string? displayName, string role, string password, string otherwise)
    {
        if (await FindRoleAsync(email) is not { } knownRole)
        {
            var result = await CreateAsync(new() { UserName = email, Email = email, DisplayName = displayName, Role = role }, password);
            if (result?.Succeeded == true)
                return;
            // Another replica may have been quicker, where only the scripts are protected from that.
            knownRole = await FindRoleAsync(email)
                ?? throw AccountsOptions.Refused($"The account {email} cannot be made: {string.Join(' ', result?.Errors.Select(error => error.Description) ?? [])}");
        }

        // Whoever opened it as a customer does not become an operator by that.
        if (knownRole != role)
            throw AccountsOptions.Refused($"The account {email} is to have the role {role}, but has the role {knownRole}. {otherwise}");
    }

    // Asked at each start, and EF Core would need a fifth of the host's start (by perf) to learn its model for it.
    private async Task<string?> FindRoleAsync(string email)
    {
        await using var scope = scopes.CreateAsyncScope();
        await using var connection = database.Connect();
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT role FROM accounts WHERE normalized_email = @email";
        var address = command.CreateParameter();
        (address.ParameterName, address.Value) = ("email", scope.ServiceProvider.GetRequiredService<ILookupNormalizer>().NormalizeEmail(email));
        command.Parameters.Add(address);
        return (string?)await command.ExecuteScalarAsync();
    }

    /// <returns>
    /// Null: the database refused it, as it does when another replica made it at the same moment. When it is away, the opening is tried
    /// again as a whole.
    /// </returns>
    private async Task<IdentityResult?> CreateAsync(Account account, string password)
    {
        await using var scope = scopes.CreateAsyncScope();
        try
        {
            return await scope.ServiceProvider.GetRequiredService<UserManager<Account>>().CreateAsync(account, password);
        }
        catch (DbUpdateException error) when (!PlainDatabase.IsAway(error))
        {
            return null;
        }
    }
}
