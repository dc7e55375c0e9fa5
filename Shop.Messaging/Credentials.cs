using System.Net;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Shop.Messaging.RabbitMq;

namespace Shop.Messaging;

/// <summary>
/// Tells credentials that somebody chose from those that everybody knows. In Production a service refuses to start with the latter;
/// elsewhere it does not mind.
/// </summary>
public static class Credentials
{
    private static readonly HashSet<string> KnownPasswords = new(StringComparer.OrdinalIgnoreCase)
    {
        "postgres", "guest", "rabbitmq", "admin", "administrator", "root", "user", "password", "passwd", "pass", "secret", "changeme", "change-me",
        "default", "test", "demo", "shop", "1234", "12345", "123456", "12345678",
    };

    /// <summary>What is wrong with the credentials of an Npgsql connection string, or null.</summary>
    /// <remarks>
    /// Refused: the role <c>postgres</c>; a password that everybody knows, or that is the role's name; none on a host that is not
    /// loopback, unless a <c>Passfile</c> or an <c>SSL Certificate</c> is named.
    /// </remarks>
    /// <exception cref="ArgumentException">The connection string cannot be understood.</exception>
    public static string? DatabaseProblem(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        if (string.Equals(settings.Username, "postgres", StringComparison.OrdinalIgnoreCase))
            return "its Username is postgres, the server's administrator: use a role that owns this database and nothing else";
        if (!string.IsNullOrEmpty(settings.Password))
            return IsKnown(settings.Username, settings.Password) ? "everybody knows its Password: choose a secret one" : null;
        var isLocal = (settings.Host ?? "").Split(',', StringSplitOptions.TrimEntries).All(IsLoopback);
        return isLocal || settings.Passfile is not null || settings.SslCertificate is not null
            ? null
            : "it has no Password, and the host is another machine: give one, a Passfile, or an SSL Certificate";
    }

    /// <summary>What is wrong with the name and password of a database's user, or null.</summary>
    /// <param name="administrator">Whom every server of that kind has.</param>
    /// <param name="password">Empty: the user is known by something else than a password.</param>
    public static string? UserProblem(string user, string password, string administrator) =>
        string.Equals(user, administrator, StringComparison.OrdinalIgnoreCase)
            ? $"its user is {administrator}, the server's administrator: use one who owns this database and nothing else"
            : password.Length > 0 && IsKnown(user, password) ? "everybody knows its Password: choose a secret one" : null;

    /// <summary>What is wrong with the credentials for a broker, or null.</summary>
    /// <remarks>Refused: the user <c>guest</c>, whatever the password; a password that everybody knows, or that is the user's name; none.</remarks>
    public static string? BrokerProblem(string user, string password)
    {
        if (string.Equals(user, "guest", StringComparison.OrdinalIgnoreCase))
            return "its user is guest, whom every broker has: create a user for this service";
        return password.Length == 0 || IsKnown(user, password) ? "everybody knows its password: choose a secret one" : null;
    }

    /// <summary>Refuses to start in Production.</summary>
    /// <param name="setting">Where the credentials come from, such as <c>ConnectionStrings:order</c>.</param>
    /// <param name="problem">From <see cref="DatabaseProblem"/> or <see cref="BrokerProblem"/>.</param>
    /// <exception cref="StartupException">There is a problem, and the environment is Production.</exception>
    public static void RefuseInProduction(IHostEnvironment? environment, string setting, string? problem)
    {
        if (problem is not null && environment?.IsProduction() == true)
        {
            throw new StartupException(
                $"Setting {setting} is not for Production: {problem}. (To try things out, set ASPNETCORE_ENVIRONMENT=Development.)");
        }
    }

    /// <returns>The broker's address, if its credentials may be used here.</returns>
    internal static BrokerAddress Checked(BrokerAddress broker, string setting, IHostEnvironment? environment)
    {
        RefuseInProduction(environment, setting, BrokerProblem(broker.User, broker.Password));
        return broker;
    }

    private static bool IsKnown(string? user, string password) =>
        KnownPasswords.Contains(password) || string.Equals(user, password, StringComparison.OrdinalIgnoreCase);

    private static bool IsLoopback(string host)
    {
        if (host.StartsWith('/'))
            return true; // A socket in the file system.
        var name = IPAddress.TryParse(host, out _) ? host : host.Split(':')[0];
        return name.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(name, out var address) && IPAddress.IsLoopback(address));
    }
}
