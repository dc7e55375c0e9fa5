namespace Shop.Host.Replay;

/// <summary>A file that cannot be read as orders; the message names the line and what is wrong there.</summary>
public sealed class MalformedFileException(int line, string problem) : Exception($"Line {line}: {problem}")
{
    /// <summary>Line of the file, from 1.</summary>
    public int Line { get; } = line;
}
