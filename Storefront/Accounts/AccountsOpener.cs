using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using Shop.EventSourcing.Storage;
using Shop.Messaging;
using Shop.ServiceDefaults.Security;

namespace Shop.Storefront.Accounts;

/// <summary>Before anything starts: waits for the accounts' database, makes its tables, and the accounts that must be there.</summary>
internal sealed partial class AccountsOpener(
    IServiceScopeFactory scopes, IConfiguration configuration, IHostEnvironment environment, DemoAccounts demo, IOptions<AccountsOptions> options, TimeProvider clock,
    ILogger<AccountsOpener> logger) : IHostedLifecycleService
{
    private const string PatienceSetting = "Shop:Startup:WaitSeconds";
    private const int DefaultPatienceSeconds = 60;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        var first = options.Value.CheckedOperator(environment);
        var patience = TimeSpan.FromSeconds(configuration.GetValue(PatienceSetting, DefaultPatienceSeconds));
        var started = clock.GetTimestamp();
        while (true)
        {
            try
            {
                await OpenAsync(first, cancellationToken);
                return;
            }
            catch (Exception error) when (error is not StartupException && !cancellationToken.IsCancellationRequested)
            {
                var reason = error.GetBaseException().Message;
                if (!StorageFailure.IsTransient(error) || clock.GetElapsedTime(started) >= patience)
                {
                    throw new StartupException(
                        $"The database of the accounts cannot be opened: {reason} Gave up after {clock.GetElapsedTime(started).TotalSeconds:0} s; see the settings ConnectionStrings:{AccountsDatabase.Name} and {PatienceSetting}.",
                        error);
                }

                LogWaiting(reason);
                await Task.Delay(Pause, clock, cancellationToken);
            }
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task OpenAsync(FirstOperator? first, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        await AccountsDatabase.UpgradeAsync(scope.ServiceProvider.GetRequiredService<AccountsContext>(), configuration, cancellationToken);
        foreach (var account in demo.All)
            await EnsureAsync(account.Email, account.DisplayName, account.Role, DemoAccounts.Password);
        if (first is not null)
            await EnsureAsync(first.Email, displayName: null, Roles.Operator, first.Password);
    }

    /// <exception cref="StartupException">The account cannot be made, or somebody else has the address.</exception>
    private async Task EnsureAsync(string email, string? displayName, string role, string password)
    {
        await using var scope = scopes.CreateAsyncScope();
        var accounts = scope.ServiceProvider.GetRequiredService<UserManager<Account>>();
        if (await accounts.FindByEmailAsync(email) is not { } known)
        {
            var account = new Account { UserName = email, Email = email, DisplayName = displayName, Role = role };
            var result = await accounts.CreateAsync(account, password);
            if (result.Succeeded)
                return;
            // Another replica may have been quicker.
            known = await accounts.FindByEmailAsync(email)
                ?? throw new StartupException($"The account {email} cannot be made: {string.Join(' ', result.Errors.Select(error => error.Description))}");
        }

        // Whoever opened it as a customer does not become an operator by that.
        if (known.Role != role)
            throw new StartupException($"The account {email} is to be an {role}'s, but a {known.Role} has it. Name another address in {AccountsOptions.Section}:Operator:Email.");
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Waiting for the database of the accounts: {Reason}")]
    private partial void LogWaiting(string reason);
}
