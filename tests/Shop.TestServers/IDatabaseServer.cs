namespace Shop.TestServers;

/// <summary>A database server of the tests' own, on a loopback port that it keeps for all its lives.</summary>
public interface IDatabaseServer : IAsyncDisposable
{
    /// <summary>For people, such as <c>PostgreSQL</c>.</summary>
    string Name { get; }

    int Port { get; }

    /// <summary>Creates a database anew, and its owner of the same name, who may do nothing else.</summary>
    /// <returns>The owner's connection string.</returns>
    Task<string> CreateDatabaseAsync(string name);

    /// <summary>A connection string of this server that goes through another port, such as a proxy's.</summary>
    string Through(string connectionString, int port);

    /// <summary>As <c>kill -9</c> of every process of the server, all at once.</summary>
    Task KillAsync();

    /// <summary>Starts the server again, on the same port and data, after <see cref="KillAsync"/>, and waits until it serves.</summary>
    Task RestartAsync();
}
