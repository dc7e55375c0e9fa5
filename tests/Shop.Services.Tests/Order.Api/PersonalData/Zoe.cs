using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Shop.Ordering.Tests;

/// <summary>A person who orders; each word of hers is found nowhere else.</summary>
internal static class Zoe
{
    public const string Name = "Zoë Quillfeather";
    public const string Email = "zoe+orders@quillfeather.example";

    public static readonly object Customer = new { name = Name, email = Email };

    public static readonly object ShippingAddress = new
    {
        recipient = "Zoë M. Quillfeather",
        lines = new[] { "17 Marmalade Crescent", "c/o Oglethorpe" },
        city = "Wobblebury",
        postalCode = "WB7 9QX",
        country = "GB",
    };

    /// <summary>Everything that must be found nowhere.</summary>
    public static readonly string[] Words =
        [Name, "Quillfeather", "Zoë M.", Email, "quillfeather.example", "17 Marmalade Crescent", "Marmalade", "Oglethorpe", "Wobblebury", "WB7 9QX"];

    public static JsonObject Cart(string? customerId = "c-zoe", object? customer = null, object? shippingAddress = null)
    {
        var cart = JsonNode.Parse(System.Text.Json.JsonSerializer.Serialize(TestOrdering.Cart(customerId: customerId)))!.AsObject();
        cart["customer"] = JsonNode.Parse(System.Text.Json.JsonSerializer.Serialize(customer ?? Customer));
        cart["shippingAddress"] = JsonNode.Parse(System.Text.Json.JsonSerializer.Serialize(shippingAddress ?? ShippingAddress));
        return cart;
    }

    public static Task<HttpResponseMessage> EraseAsync(this TestOrdering shop, string path, string? by = "privacy desk", string? reason = "asked to be forgotten") =>
        shop.Client.PostAsJsonAsync(new Uri(path, UriKind.Relative), new { by, reason });
}
