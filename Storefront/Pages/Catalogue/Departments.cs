namespace Shop.Storefront.Pages.Catalogue;

/// <param name="Name">English, the key of its translation.</param>
/// <param name="Families">First parts of its products' SKUs.</param>
public sealed record Department(string Name, IReadOnlyList<string> Families);

/// <summary>How the catalogue is cut up for looking around.</summary>
public static class Departments
{
    public static IReadOnlyList<Department> All { get; } =
    [
        Of("Kitchen", "MUG", "BOWL", "KNIFE", "BOARD", "PAN", "KETTLE", "GRIND", "PRESS", "PEPPER"),
        Of("Table", "PLATE", "GLASS", "CUTLERY", "NAPKIN", "CLOTH", "JUG", "CANDLE"),
        Of("Textiles", "BLANKET", "CUSHION", "TOWEL", "APRON", "RUG", "SOCKS", "SCARF"),
        Of("Desk", "NOTE", "PEN", "PENCIL", "LAMP", "TRAY", "CLIP", "CAL", "SCISSOR", "MAT"),
        Of("Garden", "TROWEL", "SECATEUR", "CAN", "POT", "SEED", "GLOVES", "TWINE", "BIRD"),
        Of("Bath", "SOAP", "BRUSH", "SALT", "BALM", "CREAM", "MIRROR"),
        Of("Play", "PUZZLE", "CARDS", "CHESS", "YOYO", "KITE", "BLOCKS"),
    ];

    private static Department Of(string name, params string[] families) => new(name, families);
}
