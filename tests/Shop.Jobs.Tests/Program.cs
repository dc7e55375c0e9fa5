using System.Text.Json;

namespace Shop.Jobs.Tests;

/// <summary>A process that runs the job <c>patient</c> until it is killed: <c>FOLDER NAME SETTINGS-AS-JSON</c>. It writes its address and an operator's token to a file.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        var (folder, name) = (args[0], args[1]);
        var settings = JsonSerializer.Deserialize<Dictionary<string, string?>>(args[2])!;
        await using var host = await JobHost.StartAsync(settings, TestJobs.Patient("patient", folder));
        var draft = Path.Combine(folder, $"{name}.draft");
        await File.WriteAllLinesAsync(draft, [host.Http.BaseAddress!.ToString(), host.Token]);
        File.Move(draft, Path.Combine(folder, $"{name}.url"));
        await Task.Delay(Timeout.Infinite);
        return 0;
    }
}
