using Microsoft.Extensions.Localization;
using Shop.Storefront.Text;

namespace Shop.Storefront.Pages.Orders;

/// <summary>Why an order could not be, in plain words.</summary>
internal static class Reasons
{
    public static string Rejected(IStringLocalizer<ShopText> texts, string? reason) => CodeOf(reason) switch
    {
        "generic_decline" => texts["Your bank declined the card. Nothing is charged; try another card."],
        "insufficient_funds" => texts["There is not enough money on the card. Nothing is charged; try another card."],
        _ when reason?.Contains("available", StringComparison.Ordinal) == true =>
            texts["Somebody was quicker: there is not enough of it left. Nothing is charged."],
        _ => texts["It was not possible: {0}. Nothing is charged.", reason ?? ""],
    };

    /// <summary>The provider's code stands before what it says.</summary>
    private static string? CodeOf(string? reason) => reason?.Split(':')[0];
}
