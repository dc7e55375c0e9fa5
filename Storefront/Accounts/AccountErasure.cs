using System.Data.Common;
using System.Globalization;
using Shop.ServiceDefaults.Databases;
using Shop.ServiceDefaults.Security;

namespace Shop.Storefront.Accounts;

/// <param name="Erased">Ids of the accounts that are gone now.</param>
/// <param name="Kept">Ids of operators' accounts: those are not erased as a customer's.</param>
/// <param name="IsPurged">False: bytes of erased accounts may still be in the database's files. <see cref="AccountErasure.PurgeAsync"/> tries again.</param>
public sealed record ErasedAccounts(IReadOnlyList<string> Erased, IReadOnlyList<string> Kept, bool IsPurged);

/// <summary>
/// Erases customers' accounts: their rows, and then what the files of the database still hold of them. Which accounts that is about
/// is written down with the deletion, so that a crash in between leaves nothing behind. Erasing again does no harm.
/// </summary>
public sealed class AccountErasure(PlainDatabase database)
{
    private static readonly string[] PartTables = ["account_claims", "account_logins", "account_tokens"];

    private readonly AccountPurge purge = new(database);

    /// <param name="accountIds">Of any customers: those that have no account are passed over.</param>
    /// <exception cref="DbException">The database is away; what was deleted stays so.</exception>
    public async Task<ErasedAccounts> EraseAsync(IReadOnlyCollection<string> accountIds, CancellationToken cancellationToken = default)
    {
        var (erased, kept) = accountIds.Count == 0 ? ([], []) : await DeleteAsync(accountIds, cancellationToken);
        return new(erased, kept, await PurgeAsync(cancellationToken));
    }

    /// <summary>Takes what is left of erased accounts out of the database's files; nothing when nothing is.</summary>
    /// <returns>False when somebody's reading kept it from being done.</returns>
    public Task<bool> PurgeAsync(CancellationToken cancellationToken = default) => purge.RunAsync(cancellationToken);

    /// <returns>Null when there is no such account.</returns>
    public async Task<string?> FindRoleAsync(string accountId, CancellationToken cancellationToken = default)
    {
        await using var connection = database.Connect();
        await connection.OpenAsync(cancellationToken);
        return (await RolesAsync(connection, transaction: null, [accountId], cancellationToken)).GetValueOrDefault(accountId);
    }

    private async Task<(IReadOnlyList<string> Erased, IReadOnlyList<string> Kept)> DeleteAsync(IReadOnlyCollection<string> accountIds, CancellationToken cancellationToken)
    {
        await using var connection = database.Connect();
        await connection.OpenAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var roles = await RolesAsync(connection, transaction, accountIds, cancellationToken);
        string[] customers = [.. roles.Where(account => account.Value == Roles.Customer).Select(account => account.Key)];
        if (customers.Length > 0)
        {
            foreach (var table in PartTables)
                await ExecuteAsync(connection, transaction, $"DELETE FROM {table} WHERE user_id IN ({Places(customers)})", customers, cancellationToken);
            await ExecuteAsync(connection, transaction, $"DELETE FROM accounts WHERE id IN ({Places(customers)})", customers, cancellationToken);
            foreach (var customer in customers)
            {
                await ExecuteAsync(
                    connection, transaction, "INSERT INTO account_purges (account_id) SELECT @p0 WHERE NOT EXISTS (SELECT 1 FROM account_purges WHERE account_id = @p0)",
                    [customer], cancellationToken);
            }
        }

        await transaction.CommitAsync(cancellationToken);
        return (customers, [.. roles.Keys.Except(customers)]);
    }

    private static async Task<Dictionary<string, string>> RolesAsync(
        DbConnection connection, DbTransaction? transaction, IReadOnlyCollection<string> accountIds, CancellationToken cancellationToken)
    {
        await using var command = Command(connection, transaction, $"SELECT id, role FROM accounts WHERE id IN ({Places(accountIds)})", accountIds);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var roles = new Dictionary<string, string>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
            roles.Add(reader.GetString(0), reader.GetString(1));
        return roles;
    }

    private static async Task ExecuteAsync(DbConnection connection, DbTransaction transaction, string sql, IReadOnlyCollection<string> values, CancellationToken cancellationToken)
    {
        await using var command = Command(connection, transaction, sql, values);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static DbCommand Command(DbConnection connection, DbTransaction? transaction, string sql, IReadOnlyCollection<string> values)
    {
        var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = sql;
        foreach (var (index, value) in values.Index())
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (Place(index), value);
            command.Parameters.Add(parameter);
        }

        return command;
    }

    private static string Places(IReadOnlyCollection<string> values) => string.Join(", ", Enumerable.Range(0, values.Count).Select(Place));

    private static string Place(int index) => string.Create(CultureInfo.InvariantCulture, $"@p{index}");
}
