using System.Text.RegularExpressions;

namespace Shop.Architecture.Tests;

/// <summary>Small files, small methods, nothing left for later. The exceptions below may only become fewer.</summary>
public sealed partial class TidyTests
{
    private const int FileLinesMax = 300;
    private const int BlockLinesMax = 60;

    /// <summary>Longer files, with the length that they may have.</summary>
    private static readonly Dictionary<string, int> LongFiles = [];

    /// <summary>Longer methods, by file and header.</summary>
    private static readonly HashSet<string> LongBlocks = [];

    /// <summary>Spelled in halves, so that this file does not find itself.</summary>
    private static readonly string[] Unfinished = ["TO" + "DO", "FIX" + "ME", "HA" + "CK", "NotImplemented" + "Exception", "Skip " + "=", "Skip" + "="];

    [Fact]
    public void No_file_is_longer_than_300_lines()
    {
        Repository.Files(".cs", ".razor", ".sql", ".sh")
            .Select(path => (Path: path, Lines: Repository.ReadLines(path).Length))
            .Where(file => file.Lines > LongFiles.GetValueOrDefault(file.Path, FileLinesMax))
            .Select(file => $"{file.Path}: {file.Lines} lines").ShouldBeEmpty();
    }

    [Fact]
    public void No_method_is_longer_than_60_lines()
    {
        Repository.Files(".cs").SelectMany(path => Blocks(Repository.ReadLines(path)).Select(block => (Path: path, block.Header, block.Lines)))
            .Where(block => block.Lines > BlockLinesMax && !LongBlocks.Contains($"{block.Path}: {block.Header}"))
            .Select(block => $"{block.Path}: {block.Header} has {block.Lines} lines").ShouldBeEmpty();
    }

    [Fact]
    public void Nothing_is_left_for_later_and_no_test_is_skipped()
    {
        var found =
            from path in Repository.Files(".cs", ".razor", ".sql", ".sh", ".csproj", ".props", ".targets", ".yml")
            from line in Repository.ReadLines(path).Select((text, index) => (Text: text, Number: index + 1))
            from word in Unfinished
            where line.Text.Contains(word, StringComparison.Ordinal)
            select $"{path}:{line.Number}: {word}";

        found.ShouldBeEmpty();
    }

    [Fact]
    public void Exceptions_that_are_no_longer_needed_are_taken_off_the_list()
    {
        LongFiles.Where(file => !File.Exists(Path.Combine(Repository.Root, file.Key)) || Repository.ReadLines(file.Key).Length < file.Value)
            .ShouldBeEmpty("Write down how long the file is now, or take it off the list.");
        LongBlocks.Except(Repository.Files(".cs").SelectMany(path =>
                Blocks(Repository.ReadLines(path)).Where(block => block.Lines > BlockLinesMax).Select(block => $"{path}: {block.Header}")))
            .ShouldBeEmpty();
    }

    [Fact]
    public void A_long_method_would_be_found()
    {
        string[] body = ["    {", .. Enumerable.Repeat("        call();", BlockLinesMax), "    }"];

        Blocks(["class C<T>", "    where T : class", "{", "    void Long(", "        int x)", .. body, "}"])
            .ShouldBe([("void Long(", BlockLinesMax + 2)]);
    }

    /// <summary>
    /// Everything in braces but types: methods, initialisers, switches. The format check sees to it that a brace which opens a
    /// block stands alone on its line, as far in as its header and its closing brace.
    /// </summary>
    private static IEnumerable<(string Header, int Lines)> Blocks(string[] lines)
    {
        for (var open = 1; open < lines.Length; open++)
        {
            if (lines[open].Trim() != "{")
                continue;
            var indent = Indent(lines[open]);
            var header = Array.FindLastIndex(lines, open - 1, line => line.Length > 0 && Indent(line) <= indent);
            var close = Array.FindIndex(lines, open, line => Indent(line) == indent && line.TrimStart().StartsWith('}'));
            if (header >= 0 && close >= 0 && !TypeHeader().IsMatch(lines[header]))
                yield return (lines[header].Trim(), close - open + 1);
        }
    }

    private static int Indent(string line) => line.Length - line.TrimStart().Length;

    [GeneratedRegex(@"^\s*((public|internal|private|protected|static|sealed|abstract|partial|readonly|file|ref|unsafe)\s+)*(class|record|struct|interface|enum|namespace)\s")]
    private static partial Regex TypeHeader();
}
