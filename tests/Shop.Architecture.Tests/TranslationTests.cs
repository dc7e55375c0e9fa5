using System.Text.RegularExpressions;
using System.Xml.Linq;
using Shop.Orchestration;

namespace Shop.Architecture.Tests;

/// <summary>Every text of the pages is written in English, as its own key, and translated.</summary>
public sealed partial class TranslationTests
{
    private static readonly Dictionary<string, string> Translations = Repository.Files(".resx").ToDictionary(
        path => Path.GetFileName(path).Split('.')[0],
        path => Path.Combine(Repository.Root, path));

    [Fact]
    public void Every_text_of_a_page_is_translated()
    {
        var texts = Repository.Files(".razor").Select(path => string.Join('\n', Repository.ReadLines(path)))
            .SelectMany(page => Localizers().Matches(page).SelectMany(localizer => Keys(page, localizer.Groups["name"].Value).Select(key => (Area: localizer.Groups["area"].Value, Key: key))))
            .Distinct().ToArray();

        texts.ShouldNotBeEmpty();
        texts.Where(text => !KeysOf(text.Area).Contains(text.Key)).Select(text => $"{text.Area}.zh-CN.resx has no \"{text.Key}\"").ShouldBeEmpty();
    }

    /// <summary>The overview counts by names that no page spells out.</summary>
    [Fact]
    public void Every_state_of_an_order_under_way_is_translated() =>
        OrderSagaRow.States.Except(["confirmed", "rejected", "cancelled"]).Except(KeysOf("OperationsText")).ShouldBeEmpty();

    [Fact]
    public void A_translation_keeps_the_places_of_its_text()
    {
        var lost =
            from file in Translations.Values
            from data in XDocument.Load(file).Descendants("data")
            let key = data.Attribute("name")!.Value
            let value = data.Element("value")!.Value
            where value.Length == 0 || !Places().Matches(key).Select(place => place.Value).Order().SequenceEqual(Places().Matches(value).Select(place => place.Value).Order())
            select $"{Path.GetFileName(file)}: \"{key}\" is \"{value}\"";

        lost.ShouldBeEmpty();
    }

    private static IEnumerable<string> Keys(string page, string localizer) =>
        Regex.Matches(page, $@"\b{localizer}\[""(?<key>(?:[^""\\]|\\.)*)""").Select(match => Regex.Unescape(match.Groups["key"].Value));

    private static HashSet<string> KeysOf(string area) => Translations.TryGetValue(area, out var file)
        ? [.. XDocument.Load(file).Descendants("data").Select(data => data.Attribute("name")!.Value)]
        : [];

    [GeneratedRegex(@"@inject IStringLocalizer<(?<area>\w+)> (?<name>\w+)")]
    private static partial Regex Localizers();

    [GeneratedRegex(@"\{\d+[^}]*\}")]
    private static partial Regex Places();
}
