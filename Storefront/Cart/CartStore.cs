using Microsoft.JSInterop;

namespace Shop.Storefront.Cart;

/// <summary>
/// What the shopper has chosen, kept in the browser: it survives a reload, a sign-in and a restart of the shop. With it is kept
/// the key of the checkout, made anew only when the checkout has led to an order or what is ordered changes.
/// </summary>
public sealed class CartStore(IJSRuntime script) : IAsyncDisposable
{
    public const int QuantityMax = 99;
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

    public Task AddAsync(CartLine added) => SaveAsync(Lines.Any(line => line.Sku == added.Sku)
        ? [.. Lines.Select(line => line.Sku == added.Sku ? added with { Quantity = Math.Min(line.Quantity + added.Quantity, QuantityMax) } : line)]
        : [.. Lines, added]);

    public Task SetQuantityAsync(string sku, int quantity) =>
        SaveAsync([.. Lines.Where(line => line.Sku != sku || quantity > 0).Select(line => line.Sku == sku ? line with { Quantity = Math.Clamp(quantity, 1, QuantityMax) } : line)]);

    /// <summary>Takes today's prices over, after the shopper was told.</summary>
    public Task SetPricesAsync(IReadOnlyDictionary<string, long> pricesMinor) =>
        SaveAsync([.. Lines.Select(line => pricesMinor.TryGetValue(line.Sku, out var price) ? line with { UnitPriceMinor = price } : line)]);

    public Task ClearAsync() => SaveAsync([]);

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

    private async Task SaveAsync(IReadOnlyList<CartLine> lines)
    {
        if (!IsRead)
            await ReadAsync();
        await (await ModuleAsync()).InvokeVoidAsync("saveCart", lines);
        Lines = lines;
        Changed?.Invoke();
    }

    private async Task<IJSObjectReference> ModuleAsync() => module ??= await script.InvokeAsync<IJSObjectReference>("import", "/cart.js");
}
