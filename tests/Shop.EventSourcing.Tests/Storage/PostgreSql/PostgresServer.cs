using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Shop.EventSourcing.Tests.Storage.PostgreSql;

/// <summary>
/// A private PostgreSQL server in a temporary folder on a free loopback port, for one test run. It forgets on a crash of the
/// machine (fsync off), and lets anybody on this machine in.
/// </summary>
public sealed class PostgresServer : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("shop-postgres-").FullName;
    private readonly string binaries = FindBinaries();
    private int port;

    private string Data => Path.Combine(folder, "data");

    public async Task InitializeAsync()
    {
        port = FreePort();
        if (Environment.IsPrivilegedProcess)
            await RunAsync("chown", "postgres", folder);
        await RunAsServerAsync("initdb", "-D", Data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync");
        await StartAsync();
    }

    public async Task DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Creates an empty database and a role that owns it and nothing else.</summary>
    /// <returns>The connection string of that role.</returns>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = $"t{Guid.CreateVersion7():N}";
        await ExecuteAsync($"CREATE ROLE {name} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE");
        await ExecuteAsync($"CREATE DATABASE {name} OWNER {name}");
        await ExecuteAsync($"REVOKE ALL ON DATABASE {name} FROM PUBLIC");
        return ConnectionString(name, name);
    }

    public async Task DropDatabaseAsync(string connectionString)
    {
        var name = new NpgsqlConnectionStringBuilder(connectionString).Database;
        await ExecuteAsync($"DROP DATABASE {name} WITH (FORCE)");
        await ExecuteAsync($"DROP ROLE {name}");
    }

    /// <summary>Runs SQL as the administrator.</summary>
    public async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(AdministratorConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Ends the server as a crash would, and starts it again.</summary>
    public async Task CrashAndRestartAsync(TimeSpan away)
    {
        await StopAsync();
        await Task.Delay(away);
        await StartAsync();
    }

    /// <summary>Without a pool: its connections would outlive a crash of the server.</summary>
    public string AdministratorConnectionString => ConnectionString("postgres", "postgres") + ";Pooling=false";

    private string ConnectionString(string role, string database) => $"Host=127.0.0.1;Port={port};Username={role};Database={database}";

    public Task StopAsync() => RunAsServerAsync("pg_ctl", "stop", "-m", "immediate", "-D", Data);

    public Task StartAsync() => RunAsServerAsync(
        "pg_ctl", "start", "-w", "-D", Data, "-l", Path.Combine(folder, "log"), "-o",
        $"-p {port} -h 127.0.0.1 -k {folder} -c fsync=off -c max_connections=200 -c shared_buffers=64MB -c autovacuum_naptime=10s");

    private Task RunAsServerAsync(string program, params string[] arguments)
    {
        var path = Path.Combine(binaries, program);

        // The server refuses to run as root.
        return Environment.IsPrivilegedProcess
            ? RunAsync("runuser", ["-u", "postgres", "--", path, .. arguments])
            : RunAsync(path, arguments);
    }

    private async Task RunAsync(string program, params string[] arguments)
    {
        var output = Path.Combine(folder, $"{Path.GetFileName(program)}-{Guid.CreateVersion7():N}.out");
        var start = new ProcessStartInfo("/bin/sh") { WorkingDirectory = folder };

        // To a file, not a pipe: the server started inherits the output, and a pipe would stay open as long as it runs.
        foreach (var argument in (string[])["-c", "out=$1; shift; exec \"$@\" > \"$out\" 2>&1", "sh", output, program, .. arguments])
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} failed:\n{await File.ReadAllTextAsync(output)}");
    }

    private static string FindBinaries()
    {
        var installed = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").OrderByDescending(version => int.Parse(Path.GetFileName(version), CultureInfo.InvariantCulture)).Select(version => Path.Combine(version, "bin"))
            : [];
        return (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Concat(installed).FirstOrDefault(path => File.Exists(Path.Combine(path, "initdb")))
            ?? throw new InvalidOperationException("PostgreSQL's initdb is neither on the PATH nor in /usr/lib/postgresql/*/bin. Install PostgreSQL 15 (Debian: postgresql-15) to run these tests.");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

[CollectionDefinition(Name)]
public sealed class PostgresCollection : ICollectionFixture<PostgresServer>
{
    public const string Name = "PostgreSQL";
}
