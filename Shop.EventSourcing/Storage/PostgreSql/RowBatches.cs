using System.Buffers;
using System.Text.Json;

namespace Shop.EventSourcing.Storage.PostgreSql;

/// <summary>
/// The row writes of a group as batches, each one statement. One statement can touch a row only once, and every write must meet
/// the table's constraints on its own; so the second write to a row goes to a second round, the third to a third.
/// </summary>
internal sealed class RowBatches(IReadOnlyDictionary<Table, PostgreSqlRows> tables)
{
    private static readonly string ParkSql = EmbeddedSql.Read("PostgreSql", "park-messages");
    private static readonly string DeleteParkedSql = EmbeddedSql.Read("PostgreSql", "delete-parked");

    private readonly Dictionary<(Table Table, object Key), int> rounds = [];
    private readonly List<Dictionary<string, Batch>> batches = [];

    public void Add(int set, RowWrite write)
    {
        var key = (write.Table, KeyOf(write));
        rounds[key] = rounds.GetValueOrDefault(key) + 1;
        var statements = tables[write.Table];
        var json = Begin(rounds[key], write.Delete ? statements.Delete : statements.Upsert, set);
        foreach (var column in write.Table.Columns)
        {
            if (column.IsKey || !write.Delete)
                Write(json, column.Name, column.Value(write.Row));
        }

        json.WriteEndObject();
    }

    public void Add(int set, ParkedMessage message)
    {
        var json = Begin(1, ParkSql, set);
        Write(json, "id", message.Id);
        Write(json, "endpoint", message.Endpoint);
        Write(json, "message_id", message.MessageId);
        Write(json, "message_type", message.MessageType);
        Write(json, "content_type", message.ContentType);
        json.WriteBase64String("body", message.Body);
        Write(json, "headers", message.Headers);
        Write(json, "reason", message.Reason);
        Write(json, "exception", message.Exception);
        Write(json, "parked_at", message.ParkedAt);
        json.WriteEndObject();
    }

    // Round 0, so that one write set can replace a parked message under its id.
    public void DeleteParked(int set, Guid id)
    {
        var json = Begin(0, DeleteParkedSql, set);
        Write(json, "id", id);
        json.WriteEndObject();
    }

    /// <summary>Moves the batches, in the order in which they must run, to the arguments of the server's function.</summary>
    public void MoveTo(List<string> statements, List<byte[]> rows)
    {
        foreach (var (statement, batch) in batches.SelectMany(round => round))
        {
            statements.Add(statement);
            rows.Add(batch.Finish());
        }

        batches.Clear();
        rounds.Clear();
    }

    private static object KeyOf(RowWrite write)
    {
        var values = write.Table.Key.Select(column => column.Value(write.Row)).ToArray();
        return values is [{ } single] ? single : string.Join('\u001f', values);
    }

    private Utf8JsonWriter Begin(int round, string statement, int set)
    {
        // The statements are the same few objects each time, so that their long text need not be compared.
        while (batches.Count <= round)
            batches.Add(new(ReferenceEqualityComparer.Instance));
        if (!batches[round].TryGetValue(statement, out var batch))
            batches[round].Add(statement, batch = new());
        batch.Json.WriteStartObject();
        batch.Json.WriteNumber(PostgreSqlRows.SetMember, set);
        return batch.Json;
    }

    private static void Write(Utf8JsonWriter json, string name, object? value)
    {
        json.WritePropertyName(name);
        switch (value)
        {
            case null: json.WriteNullValue(); break;
            case string text: json.WriteStringValue(text); break;
            case long number: json.WriteNumberValue(number); break;
            case int number: json.WriteNumberValue(number); break;
            case bool flag: json.WriteBooleanValue(flag); break;
            case Guid id: json.WriteStringValue(id); break;
            case DateTimeOffset instant: json.WriteStringValue(instant.TruncateToMicroseconds()); break;
            default: throw new NotSupportedException($"{name} is a {value.GetType().Name}, which a read-model table cannot store.");
        }
    }

    private sealed class Batch
    {
        private readonly ArrayBufferWriter<byte> buffer = new();

        public Batch()
        {
            Json = new(buffer);
            Json.WriteStartArray();
        }

        public Utf8JsonWriter Json { get; }

        public byte[] Finish()
        {
            Json.WriteEndArray();
            Json.Dispose();
            return buffer.WrittenSpan.ToArray();
        }
    }
}
