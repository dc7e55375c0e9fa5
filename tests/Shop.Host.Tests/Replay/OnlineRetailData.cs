namespace Shop.Host.Tests.Replay;

/// <summary>
/// The Online Retail data lies outside the repository and may be absent. It is looked for in the folder that the environment
/// variable SHOP_DATA names, else in shared/data beside the repository.
/// </summary>
internal static class OnlineRetailData
{
    private const string Name = "online-retail-2010-12.csv";

    /// <returns>The file's path, or null when it is not there.</returns>
    public static string? Find()
    {
        var folder = Environment.GetEnvironmentVariable("SHOP_DATA") ?? Path.Combine(RepositoryRoot(), "..", "shared", "data");
        var path = Path.GetFullPath(Path.Combine(folder, Name));
        return File.Exists(path) ? path : null;
    }

    private static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Shop.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? AppContext.BaseDirectory;
    }
}
