using Microsoft.JSInterop;

namespace Shop.Storefront.Pages.Sagas;

/// <param name="Query">What is looked for, as in the page's address.</param>
public sealed record SavedView(string Name, string Query);

/// <summary>What the browser keeps for an operator: views of the list, by name; and files that are saved there.</summary>
public sealed class SavedViews(IJSRuntime script) : IAsyncDisposable
{
    private IJSObjectReference? module;

    public IReadOnlyList<SavedView> All { get; private set; } = [];

    public async Task ReadAsync() => All = await (await ModuleAsync()).InvokeAsync<SavedView[]>("readViews");

    /// <summary>One of the same name is replaced.</summary>
    public Task AddAsync(SavedView view) => SaveAsync([.. All.Where(known => known.Name != view.Name), view]);

    public Task RemoveAsync(string name) => SaveAsync([.. All.Where(known => known.Name != name)]);

    /// <summary>Saves a file where the browser saves files.</summary>
    public async Task DownloadAsync(string name, byte[] content)
    {
        using var stream = new DotNetStreamReference(new MemoryStream(content));
        await (await ModuleAsync()).InvokeVoidAsync("save", name, stream);
    }

    public async ValueTask DisposeAsync()
    {
        if (module is null)
            return;
        try
        {
            await module.DisposeAsync();
        }
        catch (JSDisconnectedException)
        {
            // The page is gone, and the module with it.
        }
    }

    private async Task SaveAsync(IReadOnlyList<SavedView> views)
    {
        All = views;
        await (await ModuleAsync()).InvokeVoidAsync("saveViews", views);
    }

    private async Task<IJSObjectReference> ModuleAsync() => module ??= await script.InvokeAsync<IJSObjectReference>("import", "/sagas.js");
}
