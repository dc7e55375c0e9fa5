using Microsoft.AspNetCore.Components;
using Shop.Storefront.Clients;

namespace Shop.Storefront.Display;

/// <summary>A page of what services say: what they refuse is shown, what is open is looked at again, and all of it ends with the page.</summary>
public abstract class PollingPage : ComponentBase, IDisposable
{
    private readonly CancellationTokenSource leaving = new();

    protected PollingPage() => Leaving = leaving.Token;

    protected CancellationToken Leaving { get; }

    protected ServiceProblem? Problem { get; set; }

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

    /// <summary>Something that the reader asked for.</summary>
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
