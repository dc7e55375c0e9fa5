using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;

namespace Shop.EventSourcing.Tests;

public sealed partial class EventTypesTests
{
    /// <summary>Three versions of the same event: a name, then first and last name, then also since when.</summary>
    private static readonly EventTypes Types = new EventTypes()
        .Upcast<RenamedV1, RenamedV2>("renamed.v1", VersionsJson.Default.RenamedV1, old => new(old.Name.Split(' ')[0], old.Name.Split(' ')[^1]))
        .Upcast<RenamedV2, Renamed>("renamed.v2", VersionsJson.Default.RenamedV2, old => new(old.First, old.Last, null))
        .Add("renamed.v3", VersionsJson.Default.Renamed);

    public static TheoryData<string> StoredNames => [.. Types.All.Select(pair => pair.Key), .. Types.Old];

    [Theory]
    [MemberData(nameof(StoredNames))]
    public void Every_version_reads_its_approved_sample_as_the_current_event(string storedName)
    {
        Types.TryDeserialize(storedName, Sample(storedName), out var @event).ShouldBeTrue();

        @event.ShouldBe(new Renamed("Ada", "Lovelace", storedName == "renamed.v3" ? new DateTimeOffset(1835, 7, 8, 0, 0, 0, TimeSpan.Zero) : null));
    }

    [Fact]
    public void Every_sample_belongs_to_a_version() =>
        Directory.GetFiles(Folder()).Select(Path.GetFileNameWithoutExtension).Order().ShouldBe(Types.All.Select(pair => pair.Key).Concat(Types.Old).Order());

    [Fact]
    public void Only_the_current_version_is_written()
    {
        Types.Serialize(new Renamed("Ada", "Lovelace", null)).Name.ShouldBe("renamed.v3");
        Should.Throw<InvalidOperationException>(() => Types.Serialize(new RenamedV1("Ada Lovelace"))).Message.ShouldContain("only read");
        Types.All.Select(pair => pair.Key).ShouldBe(["renamed.v3"]);
    }

    [Fact]
    public void An_old_version_that_leads_nowhere_is_an_error_that_names_it()
    {
        var types = new EventTypes().Upcast<RenamedV1, RenamedV2>("renamed.v1", VersionsJson.Default.RenamedV1, old => new(old.Name, ""));

        Should.Throw<InvalidOperationException>(() => types.TryDeserialize("renamed.v1", Sample("renamed.v1"), out _)).Message.ShouldContain("RenamedV2");
    }

    [Fact]
    public void A_name_or_a_type_has_one_meaning()
    {
        Should.Throw<ArgumentException>(() => new EventTypes().Add("renamed.v1", VersionsJson.Default.Renamed).Upcast<RenamedV1, Renamed>("renamed.v1", VersionsJson.Default.RenamedV1, _ => null!));
        Should.Throw<ArgumentException>(() => new EventTypes().Add("renamed.v3", VersionsJson.Default.Renamed).Upcast<Renamed, Renamed>("renamed.v2", VersionsJson.Default.Renamed, same => same));
    }

    [Fact]
    public void An_unknown_name_is_not_of_the_family() => Types.TryDeserialize("renamed.v4", "{}"u8, out _).ShouldBeFalse();

    private static byte[] Sample(string storedName) => File.ReadAllBytes(Path.Combine(Folder(), storedName + ".json"));

    private static string Folder([CallerFilePath] string file = "") => Path.Combine(Path.GetDirectoryName(file)!, "Samples");

    internal sealed record RenamedV1(string Name);

    internal sealed record RenamedV2(string First, string Last);

    internal sealed record Renamed(string First, string Last, DateTimeOffset? Since);

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
    [JsonSerializable(typeof(RenamedV1))]
    [JsonSerializable(typeof(RenamedV2))]
    [JsonSerializable(typeof(Renamed))]
    internal sealed partial class VersionsJson : JsonSerializerContext;
}
