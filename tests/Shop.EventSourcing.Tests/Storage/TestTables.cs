using Shop.EventSourcing.Storage;

namespace Shop.EventSourcing.Tests.Storage;

public sealed record AccountRow
{
    public required Guid Id { get; init; }

    public string? Owner { get; init; }

    public required long BalanceMinor { get; init; }

    public int Visits { get; init; }

    public bool Active { get; init; }

    public required DateTimeOffset OpenedAt { get; init; }

    public DateTimeOffset? ClosedAt { get; init; }

    public Guid? ReferrerId { get; init; }
}

public sealed record AccountTagRow
{
    public required Guid AccountId { get; init; }

    public required string Tag { get; init; }
}

internal static class TestTables
{
    public static readonly Table<AccountRow> Accounts = new("accounts", nameof(AccountRow.Id));

    public static readonly Table<AccountTagRow> Tags = new("account_tags", nameof(AccountTagRow.AccountId), nameof(AccountTagRow.Tag));

    public static readonly IReadOnlyList<Table> All = [Accounts, Tags];

    /// <param name="text">For strings that may be null and long.</param>
    /// <param name="key">For strings of a key.</param>
    public static SchemaScript Script(string guid, string instant, string boolean, string text = "text", string key = "text") => new("001-accounts.sql", $"""
        CREATE TABLE accounts (
          id {guid} NOT NULL PRIMARY KEY,
          owner {text},
          balance_minor bigint NOT NULL CHECK (balance_minor >= 0),
          visits int NOT NULL,
          active {boolean} NOT NULL,
          opened_at {instant} NOT NULL,
          closed_at {instant},
          referrer_id {guid});
        CREATE TABLE account_tags (account_id {guid} NOT NULL, tag {key} NOT NULL, PRIMARY KEY (account_id, tag));
        """);
}
