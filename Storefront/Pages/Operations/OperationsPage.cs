using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Shop.Storefront.Display;
using Shop.Storefront.Text;

namespace Shop.Storefront.Pages.Operations;

/// <summary>What the console's pages have in common.</summary>
public abstract class OperationsPage : PollingPage
{
    [Inject]
    protected IStringLocalizer<OperationsText> L { get; set; } = null!;

    /// <summary>Said once something was done.</summary>
    protected string? Done { get; set; }
}
