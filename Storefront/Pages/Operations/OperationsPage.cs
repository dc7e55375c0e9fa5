using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Shop.Storefront.Clients;
using Shop.Storefront.Text;

namespace Shop.Storefront.Pages.Operations;

/// <summary>What the console's pages have in common: what a service refuses is shown, what is open is looked at again, and it ends with the page.</summary>
public abstract class OperationsPage : ComponentBase, IDisposable
{
    private readonly CancellationTokenSource leaving = new();

    protected OperationsPage() => Leaving = leaving.Token;

    [Inject]
    protected IStringLocalizer<OperationsText> L { get; set; } = null!;

    protected CancellationToken Leaving { get; }

    protected ServiceProblem? Problem { get; set; }

    /// <summary>Said once something was done.</summary>
    protected string? Done { get; set; }

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        if (!disposing)
            return;
        leaving.Cancel();
        leaving.Dispose();
    }

    /// <summary>Something that the operator asked for.</summary>
    /// <returns>False when a service refused or was away.</returns>
    protected Task<bool> TryAsync(Func<Task> action) => TryAsync(action, isAsked: true);

    /// <summary>Looks again. What an action was refused for before stays to be read.</summary>
    /// <returns>False when a service refused or was away.</returns>
    protected Task<bool> LookAsync(Func<Task> action) => TryAsync(action, isAsked: false);

    private async Task<bool> TryAsync(Func<Task> action, bool isAsked)
    {
        try
        {
            await action();
            if (isAsked || Problem is { Status: >= StatusCodes.Status500InternalServerError })
                Problem = null;
            return true;
        }
        catch (ServiceProblemException error)
        {
            Problem = error.Problem;
        }
        catch (OperationCanceledException) when (Leaving.IsCancellationRequested)
        {
            // The page was left.
        }

        return false;
    }

    /// <summary>Looks again and again while the page is open.</summary>
    protected void Repeat(TimeSpan pause, Func<Task> action) => _ = RepeatAsync(pause, action);

    private async Task RepeatAsync(TimeSpan pause, Func<Task> action)
    {
        using var timer = new PeriodicTimer(pause);
        try
        {
            while (await timer.WaitForNextTickAsync(Leaving))
            {
                await InvokeAsync(async () =>
                {
                    await action();
                    StateHasChanged();
                });
            }
        }
        catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException)
        {
            // The page was left.
        }
    }
}
