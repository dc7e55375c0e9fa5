using System.Text.RegularExpressions;
using Microsoft.Extensions.Localization;
using Shop.Storefront.Text;

namespace Shop.Storefront.Pages.Orders;

/// <summary>Why an order could not be, in plain words.</summary>
internal static partial class Reasons
{
    public static string Rejected(IStringLocalizer<ShopText> texts, string? reason) => CodeOf(reason) switch
    {
        "generic_decline" => texts["Your bank declined the card. Nothing is charged; try another card."],
        "insufficient_funds" => texts["There is not enough money on the card. Nothing is charged; try another card."],
        _ when reason?.Contains("available", StringComparison.Ordinal) == true =>
            texts["Somebody was quicker: there is not enough of it left. Nothing is charged."],
        { } code when Code().IsMatch(code) => texts["The payment did not go through. Nothing is charged; try another card."],
        _ when string.IsNullOrWhiteSpace(reason) => texts["It was not possible. Nothing is charged."],
        _ => texts["It was not possible: {0}. Nothing is charged.", reason.Trim().TrimEnd('.')],
    };

    /// <summary>The provider's code stands before what it says, which is for operators.</summary>
    private static string? CodeOf(string? reason) => reason?.Split(':')[0];

    [GeneratedRegex("^[a-z]+(_[a-z]+)+$")]
    private static partial Regex Code();
}
