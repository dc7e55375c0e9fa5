namespace Shop.Host.Catalogue;

/// <summary>What the shop sells when it opens for the first time.</summary>
public static class SeedCatalogue
{
    public static IReadOnlyList<CatalogueProduct> Products { get; } =
    [
        // Kitchen
        new("MUG-STONE-01", "Stoneware mug, chalk", "A 350 ml mug glazed by hand, so that no two rims are quite alike.", 1_450, 240),
        new("MUG-STONE-02", "Stoneware mug, slate", "The dark sister of our chalk mug; hides coffee rings for years.", 1_450, 220),
        new("MUG-ENAM-01", "Enamel camping mug", "White enamel with a blue rim, for the fire and the dishwasher alike.", 950, 400),
        new("BOWL-OAK-01", "Oak salad bowl", "Turned from one piece of English oak and finished with food-safe oil.", 4_800, 45),
        new("BOWL-RICE-01", "Rice bowl, celadon", "Holds exactly one generous helping and keeps it warm.", 1_250, 180),
        new("KNIFE-CHEF-20", "Chef's knife, 20 cm", "Forged carbon steel that takes an edge and, with care, keeps it.", 8_900, 60),
        new("KNIFE-PAR-08", "Paring knife, 8 cm", "Small, light and sharp; the one you will reach for most.", 2_650, 150),
        new("BOARD-ASH-01", "Ash chopping board", "End-grain ash that is kind to blades, with a groove for juice.", 5_400, 70),
        new("PAN-IRON-26", "Cast-iron pan, 26 cm", "Pre-seasoned, three kilograms, good for the next hundred years.", 6_200, 85),
        new("KETTLE-STV-01", "Stovetop kettle, 1.8 l", "Brushed steel with a whistle that hums rather than screams.", 5_600, 55),
        new("GRIND-COF-01", "Hand coffee grinder", "Ceramic burrs with twelve steps from espresso to French press.", 4_200, 95),
        new("PRESS-FR-08", "French press, eight cups", "Double-walled steel that keeps a pot hot through the Sunday papers.", 4_900, 80),

        // Table
        new("PLATE-DIN-01", "Dinner plate, speckled", "A 27 cm plate in speckled glaze that forgives a scratch.", 1_650, 300),
        new("PLATE-SIDE-01", "Side plate, speckled", "The 18 cm companion of our dinner plate.", 1_150, 300),
        new("GLASS-TUM-04", "Tumblers, set of four", "Pressed recycled glass with a faint green edge.", 2_200, 160),
        new("GLASS-WINE-02", "Wine glasses, pair", "Thin-rimmed and lead-free, and stronger than they look.", 2_800, 120),
        new("CUTLERY-16", "Cutlery, 16 pieces", "Forged steel for four, with a weight that feels right in the hand.", 7_200, 65),
        new("NAPKIN-LIN-04", "Linen napkins, set of four", "Washed linen that looks better the less you iron it.", 2_400, 140),
        new("CLOTH-LIN-01", "Linen tablecloth, flax", "150 by 250 cm, stone-washed, with mitred corners.", 6_900, 40),
        new("JUG-GLASS-01", "Water jug, one litre", "Borosilicate glass that takes boiling tea and ice alike.", 1_950, 110),
        new("PEPPER-MILL-01", "Pepper mill, walnut", "A steel grinder in walnut, adjustable by the knob.", 3_400, 90),
        new("CANDLE-BEES-02", "Beeswax candles, pair", "Hand-dipped, eight hours each, with a scent of honey.", 1_350, 260),

        // Textiles
        new("BLANKET-WOOL-01", "Lambswool blanket, heather", "Woven in Yorkshire, 130 by 180 cm, warm without weight.", 8_400, 50),
        new("BLANKET-COT-01", "Cotton throw, waffle", "For summer evenings on the balcony.", 4_500, 85),
        new("CUSHION-LIN-01", "Linen cushion, rust", "45 cm square, with a feather filling and a hidden zip.", 3_200, 100),
        new("CUSHION-LIN-02", "Linen cushion, sea green", "45 cm square, with a feather filling and a hidden zip.", 3_200, 100),
        new("TOWEL-BATH-01", "Bath towel, ecru", "600 gram cotton, made in Portugal, with a hanging loop.", 2_800, 200),
        new("TOWEL-TEA-02", "Tea towels, pair", "Half linen and half cotton: they dry glasses without a streak.", 1_600, 280),
        new("APRON-DEN-01", "Denim apron", "Cross-back straps that spare the neck, and a pocket for the phone.", 3_800, 90),
        new("RUG-JUTE-01", "Jute rug, 120 by 180 cm", "Braided by hand; unrolls flat after a day.", 9_800, 25),
        new("SOCKS-WOOL-01", "Walking socks, merino", "Cushioned soles and no seams at the toes.", 1_450, 350),
        new("SCARF-WOOL-01", "Wool scarf, charcoal", "Two metres of brushed lambswool with a short fringe.", 4_600, 75),

        // Desk
        new("NOTE-A5-DOT", "Notebook A5, dotted", "160 pages of 100 gram paper, sewn so that it lies flat.", 1_250, 500),
        new("NOTE-A6-LIN", "Notebook A6, lined", "Fits a shirt pocket and survives it.", 850, 500),
        new("PEN-ROLL-BLK", "Rollerball, matt black", "A brass body with a refill you can buy anywhere.", 2_900, 150),
        new("PENCIL-12", "Pencils, box of twelve", "Cedar, from 2H to 4B, each with its grade stamped in foil.", 1_600, 220),
        new("LAMP-DESK-01", "Desk lamp, brass arm", "Three joints, one switch, and a warm LED that can be replaced.", 11_900, 30),
        new("TRAY-OAK-01", "Letter tray, oak", "Stacks with its like and holds A4 without curling it.", 3_900, 70),
        new("CLIP-BRASS-20", "Brass paper clips, twenty", "They grip more firmly and age more gracefully than steel.", 650, 600),
        new("CAL-WALL-01", "Wall calendar", "Letterpress on cotton paper, one sheet for each month.", 1_900, 180),
        new("SCISSOR-DSK-01", "Desk scissors, 18 cm", "Forged in Sheffield and set by ear.", 4_400, 60),
        new("MAT-FELT-01", "Felt desk mat", "Five millimetres of wool felt that quietens a keyboard.", 3_600, 80),

        // Garden
        new("TROWEL-STL-01", "Hand trowel", "A stainless blade with an inch scale and an ash handle.", 1_850, 170),
        new("SECATEUR-01", "Bypass secateurs", "Clean cuts up to 20 mm, and every part can be replaced.", 3_950, 95),
        new("CAN-ZINC-05", "Watering can, five litres", "Hot-dipped zinc with a brass rose for seedlings.", 3_400, 60),
        new("POT-TERRA-15", "Terracotta pot, 15 cm", "Frost-proof clay with a saucer that fits.", 950, 320),
        new("POT-TERRA-25", "Terracotta pot, 25 cm", "Frost-proof clay, thick enough for a fig tree.", 1_950, 150),
        new("SEED-HERB-06", "Herb seeds, six kinds", "Basil, chives, coriander, dill, parsley and thyme, all open-pollinated.", 1_100, 400),
        new("SEED-MEADOW-01", "Meadow mix, 50 g", "Thirty native flowers for ten square metres of bees.", 890, 400),
        new("GLOVES-GDN-01", "Garden gloves, goatskin", "Supple enough to pick up a seed and tough enough for brambles.", 2_250, 130),
        new("TWINE-JUTE-01", "Jute twine, 100 m", "Green, two-ply, in a tin that cuts it.", 790, 350),
        new("BIRD-FEED-01", "Bird feeder, copper roof", "Holds a kilogram of seed and keeps it dry.", 4_100, 55),

        // Bath and care
        new("SOAP-OLIVE-01", "Olive oil soap", "Cured for six months; 150 grams that outlast two bottles.", 650, 600),
        new("SOAP-OAT-01", "Oat and honey soap", "For dry hands, with oats that do the scrubbing.", 650, 550),
        new("BRUSH-BATH-01", "Bath brush, beech", "A long handle and bristles that soften with use.", 1_750, 140),
        new("SALT-BATH-01", "Bath salt, pine", "500 grams of sea salt with oil of Scots pine.", 1_400, 200),
        new("BALM-LIP-01", "Lip balm, beeswax", "Three ingredients in a tin, without perfume.", 550, 700),
        new("CREAM-HAND-01", "Hand cream, calendula", "Sinks in before you pick the trowel up again.", 1_150, 320),
        new("MIRROR-RND-01", "Round mirror, 40 cm", "An oak rim and a leather strap to hang it by.", 6_400, 35),

        // Play
        new("PUZZLE-1000-01", "Jigsaw, harbour at dawn", "A thousand pieces of grey board that fit with a click.", 1_900, 130),
        new("CARDS-PLAY-01", "Playing cards", "Linen finish, in a box made to last as long as they do.", 950, 400),
        new("CHESS-WAL-01", "Chess set, walnut", "Weighted pieces and a folding board with a place for each.", 7_800, 28),
        new("YOYO-BEECH-01", "Beech yo-yo", "Turned, waxed and balanced; the string is cotton.", 890, 260),
        new("KITE-DELTA-01", "Delta kite", "Flies in a breeze you can hardly feel, and packs into a sleeve.", 3_300, 70),
        new("BLOCKS-40", "Building blocks, forty", "Maple offcuts from our board maker, sanded and safe to chew.", 4_200, 65),
    ];
}
