using System.Globalization;

namespace Shop.Storefront.Display;

/// <summary>Amounts for people. No culture data is needed: the sign, a point and groups of three are read everywhere.</summary>
public static class Money
{
    /// <param name="amountMinor">Minor units of <paramref name="currency"/>.</param>
    /// <param name="currency">ISO 4217 code.</param>
    public static string Format(long amountMinor, string currency)
    {
        var digits = DigitsOf(currency);
        var amount = (decimal)amountMinor;
        for (var i = 0; i < digits; i++)
            amount /= 10;
        var number = Math.Abs(amount).ToString($"N{digits}", CultureInfo.InvariantCulture);
        var sign = amountMinor < 0 ? "−" : "";
        return SignOf(currency) is { } symbol ? $"{sign}{symbol}{number}" : $"{sign}{number} {currency}";
    }

    private static string? SignOf(string currency) => currency switch
    {
        "GBP" => "£",
        "EUR" => "€",
        "USD" => "$",
        "CNY" => "CN¥",
        "JPY" => "JP¥",
        _ => null,
    };

    private static int DigitsOf(string currency) => currency switch
    {
        "JPY" or "KRW" or "VND" or "CLP" or "ISK" or "UGX" or "XAF" or "XOF" or "XPF" => 0,
        "BHD" or "IQD" or "JOD" or "KWD" or "LYD" or "OMR" or "TND" => 3,
        _ => 2,
    };
}
