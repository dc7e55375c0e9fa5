namespace Shop.Storefront.Display;

/// <summary>Our drawings of products: SVG on a canvas of 160 by 120, filled and outlined by whoever shows them.</summary>
public static class Motifs
{
    private const string Box = """<path d="M48 52l32-14 32 14v38l-32 14-32-14z"/><path d="M48 52l32 14 32-14M80 66v38" fill="none"/>""";

    private const string Mug = """<path d="M52 42h48v46a12 12 0 0 1-12 12H64a12 12 0 0 1-12-12z"/><path d="M100 54h8a12 12 0 0 1 0 26h-8" fill="none" stroke-width="6"/><ellipse cx="76" cy="42" rx="24" ry="6" fill="#fff" fill-opacity=".55"/>""";
    private const string Bowl = """<path d="M38 56h84c0 28-16 44-42 44S38 84 38 56z"/><ellipse cx="80" cy="56" rx="42" ry="9" fill="#fff" fill-opacity=".5"/>""";
    private const string Plate = """<ellipse cx="80" cy="70" rx="50" ry="32"/><ellipse cx="80" cy="68" rx="32" ry="19" fill="#fff" fill-opacity=".45"/>""";
    private const string Knife = """<path d="M30 76l62-34c6 10 4 18-4 24z" fill="#fff" fill-opacity=".75"/><path d="M90 46l36-18 6 10-38 22z"/>""";
    private const string Pan = """<circle cx="68" cy="68" r="32"/><circle cx="68" cy="68" r="23" fill="#000" fill-opacity=".18"/><path d="M96 54l38-20" stroke-width="9"/>""";
    private const string Pot = """<path d="M50 44h60l-8 50a8 8 0 0 1-8 7H66a8 8 0 0 1-8-7z"/><path d="M46 36h68v12H46z"/><path d="M80 36c-2-14-14-18-22-18 2 12 10 18 22 18zm0 0c2-10 10-16 20-16-1 10-8 16-20 16z" fill="#fff" fill-opacity=".55"/>""";
    private const string Can = """<path d="M54 50h44v42a8 8 0 0 1-8 8H62a8 8 0 0 1-8-8z"/><path d="M98 78l24-34M118 40l10 8" fill="none" stroke-width="5"/><path d="M58 50a18 18 0 0 1 36 0" fill="none" stroke-width="4"/>""";
    private const string Glass = """<path d="M56 30h22v8c0 18-4 22-11 26v28h10v6H56v-6h6V64c-7-4-11-8-11-26v-8z" fill="#fff" fill-opacity=".7"/><path d="M88 40h26l-3 58H91z" fill-opacity=".75"/>""";
    private const string Cloth = """<path d="M44 40h72v56l-12-6-12 6-12-6-12 6-12-6-12 6z"/><path d="M56 40v50M68 40v54M92 40v54M104 40v50" fill="none" stroke="#fff" stroke-opacity=".55"/>""";
    private const string Cushion = """<path d="M44 42c12 4 60 4 72 0-3 12-3 42 0 56-12-4-60-4-72 0 3-14 3-44 0-56z"/><path d="M60 56c12 10 28 22 40 32M100 56c-12 10-28 22-40 32" fill="none" stroke="#fff" stroke-opacity=".6"/>""";
    private const string Lamp = """<path d="M62 24h40l12 30H50z"/><path d="M82 54v40" fill="none" stroke-width="5"/><path d="M60 96h44v6H60z"/>""";
    private const string Book = """<path d="M52 28h56a4 4 0 0 1 4 4v64a4 4 0 0 1-4 4H52z"/><path d="M62 28v72" fill="none"/><path d="M72 46h28M72 56h28M72 66h18" fill="none" stroke="#fff" stroke-opacity=".75"/>""";
    private const string Pen = """<path d="M46 92l8-22 50-46 14 14-48 48z"/><path d="M46 92l8-22 14 14z" fill="#fff" fill-opacity=".7"/>""";
    private const string Leaf = """<path d="M80 100c0-30 6-56 40-70 2 36-12 56-40 70zm0 0c0-24-6-42-34-52-2 28 8 44 34 52z"/><path d="M80 102V72" fill="none"/>""";
    private const string Bottle = """<path d="M70 24h20v14c10 6 14 14 14 26v32a6 6 0 0 1-6 6H62a6 6 0 0 1-6-6V64c0-12 4-20 14-26z"/><path d="M60 66h40v20H60z" fill="#fff" fill-opacity=".55"/>""";
    private const string Soap = """<rect x="42" y="56" width="76" height="40" rx="16"/><circle cx="62" cy="42" r="8" fill="#fff" fill-opacity=".7"/><circle cx="82" cy="34" r="5" fill="#fff" fill-opacity=".7"/><path d="M60 76h40" fill="none" stroke="#fff" stroke-opacity=".7"/>""";
    private const string Candle = """<rect x="54" y="46" width="18" height="54" rx="3"/><rect x="88" y="58" width="18" height="42" rx="3"/><path d="M63 44c-6-8 0-14 0-20 6 8 6 14 0 20zm34 12c-6-8 0-14 0-20 6 8 6 14 0 20z" fill="#f6c453"/>""";
    private const string Mirror = """<circle cx="80" cy="62" r="38"/><circle cx="80" cy="62" r="30" fill="#fff" fill-opacity=".75"/><path d="M66 74l22-26M80 78l14-17" fill="none" stroke-opacity=".5"/>""";
    private const string Puzzle = """<path d="M48 44h24a8 8 0 1 1 16 0h24v22a8 8 0 1 1 0 16v20H48V82a8 8 0 1 0 0-16z"/>""";
    private const string Kite = """<path d="M80 20l34 40-34 42-34-42z"/><path d="M80 20v82M46 60h68" fill="none" stroke="#fff" stroke-opacity=".7"/><path d="M80 102c10 4-6 8 6 12" fill="none"/>""";
    private const string Scissors = """<path d="M52 28l40 52M108 28L68 80" fill="none" stroke-width="6"/><circle cx="62" cy="90" r="12" fill-opacity=".4"/><circle cx="98" cy="90" r="12" fill-opacity=".4"/>""";
    private const string Garment = """<path d="M62 30h36l6 20v50H56V50z"/><path d="M70 30c0 14 20 14 20 0" fill="none"/><path d="M66 70h28v16H66z" fill="#fff" fill-opacity=".45"/>""";
    private const string Kettle = """<path d="M50 60c0-14 12-24 30-24s30 10 30 24l4 40H46z"/><path d="M110 66l18-14" fill="none" stroke-width="7"/><path d="M60 38c4-22 36-22 40 0" fill="none" stroke-width="5"/>""";
    private const string Mill = """<path d="M66 60h28l6 40H60z"/><path d="M62 60a18 18 0 0 1 36 0z" fill="#fff" fill-opacity=".5"/><path d="M80 42V30h24" fill="none" stroke-width="4"/><circle cx="106" cy="30" r="5"/>""";
    private const string Tray = """<path d="M34 70l14-22h64l14 22v26H34z"/><path d="M34 70h92" fill="none"/><path d="M54 62h52" fill="none" stroke="#fff" stroke-opacity=".8" stroke-width="5"/>""";
    private const string Cutlery = """<path d="M54 26v22a8 8 0 0 0 16 0V26M62 26v76" fill="none" stroke-width="4"/><path d="M98 26c12 8 12 32 0 38v38" fill="#fff" fill-opacity=".6" stroke-width="4"/>""";

    private static readonly Dictionary<string, string> ByFamily = new(StringComparer.Ordinal)
    {
        ["MUG"] = Mug,
        ["BOWL"] = Bowl,
        ["KNIFE"] = Knife,
        ["BOARD"] = Tray,
        ["PAN"] = Pan,
        ["KETTLE"] = Kettle,
        ["GRIND"] = Mill,
        ["PRESS"] = Bottle,
        ["PLATE"] = Plate,
        ["GLASS"] = Glass,
        ["CUTLERY"] = Cutlery,
        ["NAPKIN"] = Cloth,
        ["CLOTH"] = Cloth,
        ["JUG"] = Kettle,
        ["PEPPER"] = Mill,
        ["CANDLE"] = Candle,
        ["BLANKET"] = Cloth,
        ["CUSHION"] = Cushion,
        ["TOWEL"] = Cloth,
        ["APRON"] = Garment,
        ["RUG"] = Cloth,
        ["SOCKS"] = Garment,
        ["SCARF"] = Cloth,
        ["NOTE"] = Book,
        ["PEN"] = Pen,
        ["PENCIL"] = Pen,
        ["LAMP"] = Lamp,
        ["TRAY"] = Tray,
        ["CLIP"] = Scissors,
        ["CAL"] = Book,
        ["SCISSOR"] = Scissors,
        ["MAT"] = Cushion,
        ["TROWEL"] = Pen,
        ["SECATEUR"] = Scissors,
        ["CAN"] = Can,
        ["POT"] = Pot,
        ["SEED"] = Leaf,
        ["GLOVES"] = Garment,
        ["TWINE"] = Mirror,
        ["BIRD"] = Lamp,
        ["SOAP"] = Soap,
        ["BRUSH"] = Pan,
        ["SALT"] = Bottle,
        ["BALM"] = Bottle,
        ["CREAM"] = Bottle,
        ["MIRROR"] = Mirror,
        ["PUZZLE"] = Puzzle,
        ["CARDS"] = Book,
        ["CHESS"] = Puzzle,
        ["YOYO"] = Mirror,
        ["KITE"] = Kite,
        ["BLOCKS"] = Box,
    };

    /// <summary>The drawing of a product's family; a box for what we have not drawn.</summary>
    public static string Of(string sku) => ByFamily.GetValueOrDefault(sku.Split('-')[0], Box);

    /// <returns>Degrees, the same for the same SKU on every machine.</returns>
    public static int HueOf(string sku)
    {
        var hash = 17u;
        foreach (var character in sku)
            hash = (hash * 31) + character;
        return (int)(hash % 360);
    }
}
