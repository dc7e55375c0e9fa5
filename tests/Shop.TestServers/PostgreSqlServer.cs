using System.Globalization;

namespace Shop.TestServers;

/// <summary>
/// A private PostgreSQL server in a temporary folder on a free loopback port. It forgets on a crash of the machine (fsync
/// off), not on its own, and lets anybody on this machine in.
/// </summary>
public sealed class PostgreSqlServer : IDatabaseServer
{
    private static readonly TimeSpan StartTime = TimeSpan.FromMinutes(4);

    private readonly string folder = Directory.CreateTempSubdirectory("shop-postgres-").FullName;
    private readonly PostgreSqlDatabases databases;

    /// <summary>The server refuses to run as root.</summary>
    private readonly string? user = Environment.IsPrivilegedProcess ? "postgres" : null;

    private ChildProcess? server;

    private PostgreSqlServer() => databases = new(Port, administratorPassword: null);

    public string Name => "PostgreSQL";

    public int Port { get; } = Ports.Free();

    /// <inheritdoc cref="PostgreSqlDatabases.AdministratorConnectionString"/>
    public string AdministratorConnectionString => databases.AdministratorConnectionString;

    /// <summary>Where it keeps everything: tables, WAL, its log of transactions.</summary>
    public string Data => Path.Combine(folder, "data");

    public static async Task<PostgreSqlServer> StartAsync()
    {
        var server = new PostgreSqlServer();
        try
        {
            await server.InitializeAsync();
            await server.RestartAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the server again, on the same port and data, after <see cref="KillAsync"/>.</summary>
    public async Task RestartAsync()
    {
        string[] settings = ["fsync=off", "max_connections=300", "shared_buffers=64MB", "autovacuum_naptime=10s"];
        server = await ChildProcess.StartAsync(Child("postgres", [
            "-D", Data, "-p", Port.ToString(CultureInfo.InvariantCulture), "-h", "127.0.0.1", "-k", folder, .. settings.SelectMany(setting => (string[])["-c", setting])]));
        await server.UntilAsync(databases.IsOpenAsync, Name, StartTime);
    }

    /// <summary>As <c>kill -9</c> of every process of the server, all at once.</summary>
    public async Task KillAsync()
    {
        // Each backend has left the server's process group for one of its own, and one that was started after this look would live on.
        await ProcessTable.StopAsync(server!.Id);
        var backends = ProcessTable.ChildrenOf(server.Id);
        await server.KillAsync();
        foreach (var backend in backends)
            ProcessTable.Kill(backend);
        await ProcessTable.UntilGoneAsync(backends);
        await server.DisposeAsync();
        server = null;
    }

    public Task<string> CreateDatabaseAsync(string name) => databases.CreateAsync(name);

    /// <inheritdoc cref="PostgreSqlDatabases.DropAsync"/>
    public Task DropDatabaseAsync(string connectionString) => databases.DropAsync(connectionString);

    public string Through(string connectionString, int port) => PostgreSqlDatabases.Through(connectionString, port);

    /// <inheritdoc cref="PostgreSqlDatabases.ExecuteAsync"/>
    public Task ExecuteAsync(params IReadOnlyList<string> statements) => databases.ExecuteAsync(statements);

    public async ValueTask DisposeAsync()
    {
        if (server is not null)
            await KillAsync();
        Directory.Delete(folder, recursive: true);
    }

    private async Task InitializeAsync()
    {
        if (user is not null)
        {
            // The folder is root's until now, and so is the log, which the shell opens before it becomes that user.
            await using var chown = await ChildProcess.StartAsync(new("chown", [user, folder], LogFile("chown")));
            await FinishAsync(chown, "chown");
        }

        await using var initdb = await ChildProcess.StartAsync(
            Child("initdb", ["-D", Data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]));
        await FinishAsync(initdb, "initdb");
    }

    private static async Task FinishAsync(ChildProcess child, string program)
    {
        if (await child.WaitForExitAsync(StartTime) is var exitCode and not 0)
            throw new InvalidOperationException($"{program} failed with {exitCode}:\n{child.LastLines(40)}");
    }

    private ChildStart Child(string program, IReadOnlyList<string> arguments) =>
        new(Path.Combine(FindBinaries(), program), arguments, LogFile(program)) { WorkingDirectory = folder, User = user };

    private string LogFile(string program) => Path.Combine(folder, $"{program}.log");

    private static string FindBinaries()
    {
        const string debian = "/usr/lib/postgresql";
        var installed = Directory.Exists(debian)
            ? Directory.GetDirectories(debian).OrderByDescending(version => int.Parse(Path.GetFileName(version), CultureInfo.InvariantCulture)).Select(version => Path.Combine(version, "bin"))
            : [];
        return (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Concat(installed).FirstOrDefault(path => File.Exists(Path.Combine(path, "initdb")))
            ?? throw new InvalidOperationException("PostgreSQL's initdb is neither on the PATH nor in /usr/lib/postgresql/*/bin. Install PostgreSQL 15 (Debian: postgresql-15) to run these tests.");
    }
}
