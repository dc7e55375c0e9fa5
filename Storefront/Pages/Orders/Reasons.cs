using Microsoft.Extensions.Localization;
using Shop.Storefront.Text;

namespace Shop.Storefront.Pages.Orders;

/// <summary>Why an order could not be, in plain words.</summary>
internal static class Reasons
{
    public static string Rejected(IStringLocalizer<ShopText> texts, string? reason) => reason switch
    {
        "generic_decline" => texts["Your bank declined the card. Nothing is charged; try another card."],
        "insufficient_funds" => texts["There is not enough money on the card. Nothing is charged; try another card."],
        not null when reason.Contains("stock", StringComparison.OrdinalIgnoreCase) || reason.Contains("available", StringComparison.OrdinalIgnoreCase) =>
            texts["Somebody was quicker: there is not enough of it left. Nothing is charged."],
        _ => texts["It was not possible: {0}. Nothing is charged.", reason ?? ""],
    };
}
