using System.Linq.Expressions;
using System.Reflection;
using System.Text;

namespace Shop.EventSourcing.Storage;

/// <summary>
/// A read-model table: its name, its key and its columns, taken from the properties of its row type. Column names are the
/// property names in snake_case. Column types: string, int, long, bool, Guid, DateTimeOffset and their nullable forms; an
/// engine stores a DateTimeOffset as UTC with microseconds.
/// </summary>
public abstract class Table
{
    private Table? next;

    private protected Table(string name, Type rowType, IReadOnlyList<string> keyProperties)
    {
        Name = name;
        RowType = rowType;
        Columns = [.. rowType.GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(property => Column.Of(property, keyProperties.Contains(property.Name)))];
    }

    public string Name { get; }

    public Type RowType { get; }

    /// <summary>All columns, in the order of the row's properties.</summary>
    public IReadOnlyList<Column> Columns { get; }

    /// <summary>
    /// Properties of each index, for a table that no script of the service creates: it is made from the row type when the store is opened.
    /// </summary>
    public IReadOnlyList<string[]> Indexes { get; init; } = [];

    /// <summary>The table where the rows are built anew, beside those that are read.</summary>
    public Table Next => LazyInitializer.EnsureInitialized(ref next, () => Named(ProjectionSlot.Next.TableName(this)));

    /// <summary>The same columns under another name.</summary>
    internal abstract Table Named(string name);

    public IEnumerable<Column> Key => Columns.Where(column => column.IsKey);

    /// <summary>A name as PostgreSQL and SQLite, and SQL Server as well, take it for an identifier.</summary>
    internal static string Quote(string name) => $"\"{name}\"";

    /// <summary>The row of a query that gives all columns in their order.</summary>
    internal object Read(ISqlRow values)
    {
        var row = Activator.CreateInstance(RowType)!;
        for (var index = 0; index < Columns.Count; index++)
            Columns[index].Property.SetValue(row, Columns[index].Read(values, index));
        return row;
    }

    /// <summary>A column of a read-model table.</summary>
    /// <param name="Value">Reads the column's value from a row.</param>
    public sealed record Column(string Name, PropertyInfo Property, Type Type, bool IsKey, Func<object, object?> Value)
    {
        /// <summary>Whether its property may be null.</summary>
        public bool IsNullable => Nullable.GetUnderlyingType(Type) is not null
            || (!Type.IsValueType && new NullabilityInfoContext().Create(Property).ReadState == NullabilityState.Nullable);

        internal object? Read(ISqlRow row, int index)
        {
            var type = Nullable.GetUnderlyingType(Type) ?? Type;
            return type == typeof(string) ? row.Text(index)
                : type == typeof(long) ? row.Number(index)
                : type == typeof(int) ? (int?)row.Number(index)
                : type == typeof(bool) ? row.Flag(index)
                : type == typeof(DateTimeOffset) ? row.Instant(index)
                : type == typeof(Guid) ? row.Id(index)
                : throw new NotSupportedException($"Column {Name} is a {type.Name}, which a read-model table cannot store.");
        }

        internal static Column Of(PropertyInfo property, bool isKey)
        {
            var row = Expression.Parameter(typeof(object));
            var read = Expression.Convert(Expression.Property(Expression.Convert(row, property.DeclaringType!), property), typeof(object));
            return new(SnakeCase(property.Name), property, property.PropertyType, isKey, Expression.Lambda<Func<object, object?>>(read, row).Compile());
        }

        private static string SnakeCase(string name)
        {
            var snake = new StringBuilder(name.Length + 8);
            foreach (var character in name)
            {
                if (char.IsUpper(character) && snake.Length > 0)
                    snake.Append('_');
                snake.Append(char.ToLowerInvariant(character));
            }

            return snake.ToString();
        }
    }
}

/// <inheritdoc/>
public sealed class Table<TRow>(string name, params string[] keyProperties) : Table(name, typeof(TRow), keyProperties)
    where TRow : class
{
    internal override Table Named(string name) => new Table<TRow>(name, keyProperties);

    public RowWrite Upsert(TRow row) => new(this, row);

    public RowWrite Delete(TRow row) => new(this, row, Delete: true);
}
