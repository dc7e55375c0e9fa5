namespace Shop.Architecture.Tests;

/// <summary>The source tree that the tests were built from.</summary>
internal static class Repository
{
    private static readonly HashSet<string> NotSource = ["bin", "obj", "data", "artifacts", "TestResults", ".git", ".vs", ".idea"];

    public static string Root { get; } = FindRoot();

    /// <summary>Source files with one of these extensions, by path from the root with slashes.</summary>
    public static IEnumerable<string> Files(params string[] extensions) =>
        Walk(new(Root)).Where(path => extensions.Contains(Path.GetExtension(path))).Order(StringComparer.Ordinal);

    public static string[] ReadLines(string path) => File.ReadAllLines(Path.Combine(Root, path));

    private static IEnumerable<string> Walk(DirectoryInfo folder)
    {
        foreach (var file in folder.EnumerateFiles())
            yield return Path.GetRelativePath(Root, file.FullName).Replace(Path.DirectorySeparatorChar, '/');
        foreach (var path in folder.EnumerateDirectories().Where(inner => !NotSource.Contains(inner.Name)).SelectMany(Walk))
            yield return path;
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Shop.sln")))
                return folder.FullName;
        }

        throw new InvalidOperationException("Shop.sln was found in no folder above the tests.");
    }
}
