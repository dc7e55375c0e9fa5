using Microsoft.JSInterop;

namespace Shop.Storefront.Cart;

/// <summary>
/// What the shopper has chosen, kept in the browser: it survives a reload, a sign-in and a restart of the shop. With it is kept
/// the key of the checkout, made anew only when the checkout has led to an order or what is ordered changes.
/// </summary>
public sealed class CartStore(IJSRuntime script) : IAsyncDisposable
{
    public const int QuantityMax = 99;
    private readonly SemaphoreSlim turn = new(1);
    private IJSObjectReference? module;

    public IReadOnlyList<CartLine> Lines { get; private set; } = [];

    /// <summary>False until the browser has told what is in it.</summary>
    public bool IsRead { get; private set; }

    public int Units => Lines.Sum(line => line.Quantity);

    public event Action? Changed;

    public async Task ReadAsync()
    {
        Lines = await (await ModuleAsync()).InvokeAsync<CartLine[]>("readCart");
        IsRead = true;
        Changed?.Invoke();
    }

    public Task AddAsync(CartLine added) => ChangeAsync(lines => lines.Any(line => line.Sku == added.Sku)
        ? lines.Select(line => line.Sku == added.Sku ? added with { Quantity = Math.Min(line.Quantity + added.Quantity, QuantityMax) } : line)
        : lines.Append(added));

    /// <param name="quantity">0 takes it out.</param>
    public Task SetQuantityAsync(string sku, int quantity) => ChangeAsync(lines =>
        lines.Where(line => line.Sku != sku || quantity > 0).Select(line => line.Sku == sku ? line with { Quantity = Math.Clamp(quantity, 1, QuantityMax) } : line));

    /// <summary>Takes today's prices over, after the shopper was told.</summary>
    public Task SetPricesAsync(IReadOnlyDictionary<string, long> pricesMinor) =>
        ChangeAsync(lines => lines.Select(line => pricesMinor.TryGetValue(line.Sku, out var price) ? line with { UnitPriceMinor = price } : line));

    /// <summary>What was put in since in another tab stays.</summary>
    public Task TakeOutAsync(IReadOnlyList<CartLine> ordered) => ChangeAsync(lines => lines
        .Select(line => line with { Quantity = line.Quantity - ordered.Where(taken => taken.Sku == line.Sku).Sum(taken => taken.Quantity) })
        .Where(line => line.Quantity > 0));

    /// <param name="content">Everything that the checkout says; another content is another checkout.</param>
    public async Task<string> CheckoutKeyAsync(string content) => await (await ModuleAsync()).InvokeAsync<string>("checkoutKey", content);

    /// <summary>The checkout has led to an order: the next one is another.</summary>
    public async Task EndCheckoutAsync() => await (await ModuleAsync()).InvokeVoidAsync("endCheckout");

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

    /// <summary>Changes what is stored now: another tab may have changed it since it was read. Changes of this one take turns.</summary>
    private async Task ChangeAsync(Func<CartLine[], IEnumerable<CartLine>> change)
    {
        await turn.WaitAsync();
        try
        {
            var stored = await (await ModuleAsync()).InvokeAsync<CartLine[]>("readCart");
            IReadOnlyList<CartLine> changed = [.. change(stored)];
            await (await ModuleAsync()).InvokeVoidAsync("saveCart", changed);
            (Lines, IsRead) = (changed, true);
        }
        finally
        {
            turn.Release();
        }

        Changed?.Invoke();
    }

    private async Task<IJSObjectReference> ModuleAsync() => module ??= await script.InvokeAsync<IJSObjectReference>("import", "/cart.js");
}
