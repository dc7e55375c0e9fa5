using System.Globalization;
using System.Runtime.InteropServices;

namespace Shop.TestServers;

/// <summary>What Linux tells about processes under <c>/proc</c>, and signals to them.</summary>
internal static class ProcessTable
{
    public const int SigKill = 9;
    public const int SigStop = 19;

    public static IReadOnlyList<int> ChildrenOf(int parent) => [.. Directory.EnumerateDirectories("/proc")
        .Select(folder => int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0)
        .Where(id => id > 0 && ParentOf(id) == parent)];

    public static void Kill(int process) => Signal(process, SigKill);

    public static async Task UntilGoneAsync(IReadOnlyList<int> processes)
    {
        while (processes.Any(id => ParentOf(id) is not null))
            await Task.Delay(10);
    }

    /// <summary>SIGSTOP, and waits until it stands still. One that is gone already is left alone.</summary>
    public static async Task StopAsync(int process)
    {
        Signal(process, SigStop);
        while (Fields(process) is [not ("T" or "Z"), ..])
            await Task.Delay(5);
    }

    /// <summary>Sends a signal; a negative id means the process group.</summary>
    /// <returns>False when there is no such process.</returns>
    public static bool Signal(int process, int signal) => SendSignal(process, signal) == 0;

    /// <summary>Null when there is no such process, or only what is left of one.</summary>
    private static int? ParentOf(int process) =>
        Fields(process) is [not "Z", var parent, ..] ? int.Parse(parent, CultureInfo.InvariantCulture) : null;

    /// <summary>What follows the name in <c>/proc/…/stat</c>: state, parent, and so on. Empty when there is no such process.</summary>
    private static string[] Fields(int process)
    {
        try
        {
            // "id (name) state parent …", where the name may hold anything.
            var stat = File.ReadAllText($"/proc/{process}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return [];
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int process, int signal);
}
