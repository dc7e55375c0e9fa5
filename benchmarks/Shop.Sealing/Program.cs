using System.Globalization;
using Shop.EventSourcing.Proof;
using Shop.EventSourcing.Storage.PostgreSql;
using Shop.EventSourcing.Storage.Sqlite;
using Shop.Sealing;
using Shop.TestServers;

// What the proof costs an append: rounds with and without a sealer, in turn, on one store each of SQLite and PostgreSQL.
var rounds = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 10;
var folder = Directory.CreateTempSubdirectory("shop-sealing-").FullName;
using var keys = ProofKeys.LoadOrCreate(Path.Combine(folder, "key.pem"));
await Comparison.RunAsync("SQLite", new SqliteEngine(Path.Combine(folder, "store.db"), []), keys, folder, rounds);
await using (var server = await PostgreSqlServer.StartAsync())
    await Comparison.RunAsync("PostgreSQL", new PostgreSqlEngine(await server.CreateDatabaseAsync("sealing"), []), keys, folder, rounds);
Directory.Delete(folder, recursive: true);
