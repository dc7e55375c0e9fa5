using Shop.EventSourcing.Storage;
using Shop.EventSourcing.Storage.Migration;
using Shop.EventSourcing.Storage.PostgreSql;
using Shop.Messaging;

namespace Shop.Host;

/// <summary>Databases of a server, for commands that work on stores and accounts there while no service runs.</summary>
/// <param name="Name">As the commands name it.</param>
/// <param name="Title">For people.</param>
/// <param name="Configuration">With <c>Shop:Store</c> and the connection strings.</param>
/// <param name="Package">Null: of the default build.</param>
internal sealed record Elsewhere(string Name, string Title, IConfiguration Configuration, IStorePackage? Package)
{
    /// <summary>All that there are, as the end of a sentence.</summary>
    public const string Names = $"{Stores.PostgreSql} or {Stores.SqlServer}";

    /// <summary>The name of its scripts' folder.</summary>
    public string Engine => StoreEngines.Kind(Configuration);

    /// <param name="refusal">What to say when there is no such thing.</param>
    /// <exception cref="StartException">There is none, or this program was built without it.</exception>
    public static Elsewhere Find(string name, IConfiguration configuration, string refusal)
    {
        var (engine, title) = name switch
        {
            Stores.PostgreSql => ("PostgreSql", "PostgreSQL"),
            Stores.SqlServer => ("SqlServer", "SQL Server"),
            _ => throw new StartException(refusal),
        };
        var chosen = new ConfigurationBuilder().AddConfiguration(configuration).AddInMemoryCollection([new("Shop:Store", engine)]).Build();
        try
        {
            return new(name, title, chosen, StoreEngines.FindPackage(chosen));
        }
        catch (StartupException error)
        {
            throw new StartException(
                $"This Shop.Host was built without {title}. Build it with a reference, and with ICU: dotnet add Shop.Host reference integrations/Shop.EventSourcing.{engine}, "
                + "and <InvariantGlobalization>false</InvariantGlobalization> in Shop.Host.csproj.",
                error);
        }
    }

    /// <exception cref="StartException">Its connection string is missing or cannot be understood.</exception>
    public IStorageEngine Open(StoreDefinition definition) => Understood(
        definition.Name,
        () => Package?.Create(Configuration, definition, environment: null)
            ?? new PostgreSqlEngine(ConnectionString(definition.Name), definition.Tables) { Segments = StoreEngines.Archive(Configuration, definition) });

    /// <summary>A database to move to; connects to nothing yet.</summary>
    /// <exception cref="StartException">Its connection string is missing or cannot be understood.</exception>
    public MigrationTarget OpenTarget(string name) =>
        Understood<MigrationTarget>(name, () => Package?.CreateTarget(Configuration, name) ?? new PostgreSqlMigrationTarget(ConnectionString(name)));

    private static T Understood<T>(string name, Func<T> create)
    {
        try
        {
            return create();
        }
        catch (Exception error) when (error is ArgumentException or FormatException)
        {
            throw new StartException($"ConnectionStrings__{name} cannot be understood: {error.Message}", error);
        }
        catch (StartupException error)
        {
            throw new StartException(error.Message, error);
        }
    }

    private string ConnectionString(string name) =>
        Configuration.GetConnectionString(name) is { Length: > 0 } given
            ? given
            : throw new StartException(
                $"ConnectionStrings__{name} is not set: it names the PostgreSQL database of {name}, "
                + $"such as Host=localhost;Port=5432;Database=shop_{name};Username=shop_{name};Password=…");
}
