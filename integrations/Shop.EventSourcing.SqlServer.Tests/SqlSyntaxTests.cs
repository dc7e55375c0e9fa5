using Microsoft.SqlServer.TransactSql.ScriptDom;
using Shop.EventSourcing.Protection;
using Shop.EventSourcing.Storage;
using Shop.EventSourcing.Tests.Storage;
using Shop.EventSourcing.Tests.Store;

namespace Shop.EventSourcing.SqlServer.Tests;

/// <summary>Without a server: SQL Server's own grammar takes all that the engine sends.</summary>
public sealed class SqlSyntaxTests
{
    private static readonly Table[] Tables =
        [TallyRow.Table, TallyListRow.Table, TallyLengths.Rows, DataKeyRow.Table, Snapshot.Table, TestTables.Accounts, TestTables.Tags, TestTables.Accounts.Next];

    public static TheoryData<string> Scripts => [.. EmbeddedSql.Schema.Select(script => script.Name)];

    public static TheoryData<string> Operations => [.. EmbeddedSql.Operations];

    [Theory]
    [MemberData(nameof(Scripts))]
    public void A_script_of_the_schema_parses(string name) => ShouldParse(EmbeddedSql.Schema.Single(script => script.Name == name).Sql);

    [Theory]
    [MemberData(nameof(Operations))]
    public void A_statement_parses(string operation) => ShouldParse(EmbeddedSql.Read(operation));

    [Fact]
    public void There_are_scripts_and_statements()
    {
        EmbeddedSql.Schema.Select(script => script.Name).ShouldBe(EmbeddedSql.Schema.Select(script => script.Name).Order(StringComparer.Ordinal));
        EmbeddedSql.Schema.Count.ShouldBeGreaterThan(8);
        EmbeddedSql.Operations.Count().ShouldBeGreaterThan(40);
    }

    [Fact]
    public void What_is_made_from_row_types_parses()
    {
        foreach (var table in Tables)
        {
            ShouldParse(TableScript.Of(table).Sql);
            ShouldParse(new SqlServerRows(table).Script.Sql);
        }
    }

    [Fact]
    public void The_batch_of_a_group_parses_whatever_is_in_it()
    {
        var batch = new GroupBatch(new Dictionary<Table, SqlServerRows> { [TestTables.Accounts] = new(TestTables.Accounts) });
        var account = new AccountRow { Id = Guid.CreateVersion7(), BalanceMinor = 1, OpenedAt = DateTimeOffset.UnixEpoch };
        WriteSet[] sets =
        [
            new(),
            new() { Appends = [new("order-1", 0, [])] },
            new() { Rows = [TestTables.Accounts.Upsert(account), TestTables.Accounts.Delete(account)], OutboxDeletes = [Guid.CreateVersion7()], ParkedDeletes = [account.Id] },
        ];

        using var command = new Microsoft.Data.SqlClient.SqlCommand();
        foreach (var group in sets.Select(set => new[] { set }).Append(sets))
        {
            batch.Fill(command, group);
            ShouldParse(command.CommandText);
        }

        command.CommandText.ShouldContain("write_accounts_");
        command.Parameters.Count.ShouldBe(5);
    }

    [Fact]
    public void Another_shape_of_a_table_has_procedures_of_other_names()
    {
        new SqlServerRows(new Table<AccountTagRow>("tags", nameof(AccountTagRow.Tag))).Procedure
            .ShouldNotBe(new SqlServerRows(new Table<AccountTagRow>("tags", nameof(AccountTagRow.Tag), nameof(AccountTagRow.AccountId))).Procedure);
    }

    [Fact]
    public void A_broken_statement_would_be_found() => Errors("SELECT FROM WHERE").ShouldNotBeEmpty();

    internal static void ShouldParse(string script)
    {
        foreach (var batch in SqlServerSchema.Batches(script))
            Errors(batch).ShouldBeEmpty(batch);
    }

    private static List<string> Errors(string sql)
    {
        using var reader = new StringReader(sql);
        new TSql160Parser(initialQuotedIdentifiers: true).Parse(reader, out var errors);
        return [.. errors.Select(error => $"{error.Line},{error.Column}: {error.Message}")];
    }
}
