using System.Text;

namespace Shop.Host.Replay;

/// <summary>Comma-separated values as in RFC 4180: quoted fields may hold commas, line breaks and doubled quotes.</summary>
internal static class Csv
{
    /// <summary>The records, each with the line on which it starts, from 1. Empty lines are passed over.</summary>
    /// <exception cref="MalformedFileException">A quote stands where none may, or is never closed.</exception>
    public static IEnumerable<(int Line, IReadOnlyList<string> Fields)> Read(TextReader reader)
    {
        var number = 0;
        while (reader.ReadLine() is { } line)
        {
            var start = ++number;
            if (line.Length == 0)
                continue;
            var fields = new List<string>(8);
            var at = 0;
            while (at <= line.Length)
            {
                if (at < line.Length && line[at] == '"')
                    fields.Add(ReadQuoted(reader, ref line, ref at, ref number, start));
                else
                    fields.Add(ReadPlain(line, ref at, start));
            }

            yield return (start, fields);
        }
    }

    /// <summary>Leaves <paramref name="at"/> behind the comma after the field, or behind the line's end.</summary>
    private static string ReadPlain(string line, ref int at, int start)
    {
        var comma = line.IndexOf(',', at);
        var field = comma < 0 ? line[at..] : line[at..comma];
        if (field.Contains('"', StringComparison.Ordinal))
            throw new MalformedFileException(start, $"a quote stands inside the unquoted field {field}. Quote the field and double the quote.");
        at += field.Length + 1;
        return field;
    }

    private static string ReadQuoted(TextReader reader, ref string line, ref int at, ref int number, int start)
    {
        var field = new StringBuilder();
        for (at++; ;)
        {
            var quote = line.IndexOf('"', at);
            if (quote < 0)
            {
                field.Append(line, at, line.Length - at).Append('\n');
                line = reader.ReadLine() ?? throw new MalformedFileException(start, "a quoted field is never closed.");
                at = 0;
                number++;
                continue;
            }

            field.Append(line, at, quote - at);
            at = quote + 1;
            if (at < line.Length && line[at] == '"')
            {
                field.Append('"');
                at++;
                continue;
            }

            if (at < line.Length && line[at] != ',')
                throw new MalformedFileException(start, "text follows the closing quote of a field. Double a quote that belongs to the text.");
            at++;
            return field.ToString();
        }
    }
}
