namespace Shop.Services.Tests.Saga.Orchestrator;

internal static class Repository
{
    /// <summary>A file of the working copy that the tests were built from.</summary>
    public static string PathOf(params string[] path)
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "Shop.sln")))
            directory = directory.Parent ?? throw new InvalidOperationException("Run the tests inside the repository.");
        return Path.Combine([directory.FullName, .. path]);
    }
}
