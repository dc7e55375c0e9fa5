namespace Shop.TestServers;

/// <summary>Finds installed programs.</summary>
internal static class Programs
{
    /// <summary>The first of these folders, then of the PATH, that holds a program; null when none does.</summary>
    public static string? Find(string program, params IEnumerable<string> folders) => folders
        .Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator))
        .Select(folder => Path.Combine(folder, program))
        .FirstOrDefault(File.Exists);
}
