using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Shop.EventSourcing.Storage;
using Shop.EventSourcing.Storage.Migration;

namespace Shop.Messaging;

/// <summary>
/// A database that a package of its own brings: the assembly <c>Shop.EventSourcing.{name}</c>, where <c>Shop:Store</c> has that name.
/// A service's own scripts for it are embedded under <c>Schema/{name}</c>.
/// </summary>
public interface IStorePackage
{
    /// <summary>The engine of a store; connects to nothing yet.</summary>
    /// <param name="environment">Whose credentials are checked in Production; null: of nobody, as for a person at the command line.</param>
    /// <exception cref="StartupException">A setting is missing, cannot be understood, or is not for Production.</exception>
    IStorageEngine Create(IConfiguration configuration, StoreDefinition definition, IHostEnvironment? environment);

    /// <summary>The engine of what is no event store, such as the accounts and the history of jobs; connects to nothing yet.</summary>
    /// <param name="name">Of the connection string.</param>
    /// <param name="environment">As for <see cref="Create"/>.</param>
    /// <exception cref="StartupException">As for <see cref="Create"/>.</exception>
    IPlainEngine CreatePlain(IConfiguration configuration, string name, IHostEnvironment? environment);

    /// <summary>A database that is moved to; connects to nothing yet.</summary>
    /// <param name="name">Of the connection string.</param>
    /// <exception cref="StartupException">The connection string is missing or cannot be understood.</exception>
    MigrationTarget CreateTarget(IConfiguration configuration, string name);
}
