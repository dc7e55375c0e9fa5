using System.Diagnostics;
using System.Globalization;
using System.Security.Claims;
using Microsoft.Extensions.Options;
using Shop.ServiceDefaults.Security;
using Shop.Storefront.Clients;

namespace Shop.Storefront.Accounts;

/// <summary>
/// Erases the accounts of the customers whom the order service was asked to erase, however it was asked: from the first of them at
/// each start, then one after the other. Nothing is remembered that could be wrong: an account that comes back with a backup goes
/// again, and so does one whose erasure a crash cut off.
/// </summary>
internal sealed partial class ErasureFollower(
    AccountErasure accounts, IHttpClientFactory clients, ServiceAddresses addresses, AccessTokens tokens, IOptions<AccountsOptions> options,
    IHostApplicationLifetime lifetime, TimeProvider clock, ILogger<ErasureFollower> logger) : BackgroundService
{
    private const int PageSize = 500;
    private static readonly TimeSpan TokenLifetime = TimeSpan.FromMinutes(1);
    private static readonly ClaimsPrincipal Self = Principals.Service("storefront");

    private long after;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await StartedAsync(stoppingToken);
        var wasAway = false;
        while (true)
        {
            try
            {
                // Every few seconds for ever: no trace is wanted of that.
                using var untraced = new Activity("follow-erasures").Start();
                await FollowAsync(stoppingToken);
                wasAway = false;
            }
#pragma warning disable CA1031 // Whatever fails is tried again; the site goes on.
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                if (!wasAway)
                    LogAway(logger, error.Message);
                wasAway = true;
            }

            await Task.Delay(TimeSpan.FromSeconds(options.Value.ErasureCheckSeconds), clock, stoppingToken);
        }
    }

    /// <summary>The services may be at this process's own address, which is not known before.</summary>
    private async Task StartedAsync(CancellationToken cancellationToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(cancellationToken);
    }

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var page = await ReadAsync(cancellationToken);
            var done = await accounts.EraseAsync([.. page.Items.Select(item => item.CustomerId).Distinct(StringComparer.Ordinal)], cancellationToken);
            foreach (var accountId in done.Erased)
                LogErased(logger, accountId);
            foreach (var accountId in done.Kept)
                LogKept(logger, accountId);
            after = page.Next;
            if (page.Items.Count < PageSize)
                return;
        }
    }

    private async Task<Page> ReadAsync(CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Get, new Uri(addresses.Of(ServiceAddresses.Order), string.Create(CultureInfo.InvariantCulture, $"customers/erasures?after={after}&limit={PageSize}")));
        request.Headers.Authorization = new("Bearer", tokens.Issue(Self, TokenLifetime));
        using var client = clients.CreateClient(nameof(ServiceCaller));
        using var answer = await client.SendAsync(request, cancellationToken);
        return await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<Page>(ServiceCaller.Json, cancellationToken) ?? throw new HttpRequestException("The order service answered nothing.");
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Account {AccountId} was erased: the customer was.")]
    private static partial void LogErased(ILogger logger, string accountId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Account {AccountId} is an operator's and was not erased, though the customer of that id was. To erase it, make it a customer's and ask again.")]
    private static partial void LogKept(ILogger logger, string accountId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Accounts of erased customers cannot be erased now; it is tried again until it can be done. {Reason}")]
    private static partial void LogAway(ILogger logger, string reason);

    private sealed record Item(long Number, string CustomerId);

    private sealed record Page(IReadOnlyList<Item> Items, long Next);
}
