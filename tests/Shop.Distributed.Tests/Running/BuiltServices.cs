namespace Shop.Distributed.Tests.Running;

/// <summary>The services' programs in the folders that they were built into, with their own settings beside them.</summary>
internal static class BuiltServices
{
    public static string Find(string project)
    {
        // …/tests/Shop.Distributed.Tests/bin/<configuration>/<framework>/
        var framework = new DirectoryInfo(AppContext.BaseDirectory);
        var root = framework.Parent!.Parent!.Parent!.Parent!.Parent!;
        var assembly = Path.Combine(root.FullName, project, "bin", framework.Parent.Name, framework.Name, $"{project}.dll");
        return File.Exists(assembly) ? assembly : throw new InvalidOperationException($"{assembly} does not exist. Build the solution first.");
    }
}
