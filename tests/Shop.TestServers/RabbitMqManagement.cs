using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace Shop.TestServers;

/// <summary>A queue and how many messages are in it.</summary>
/// <param name="Unacknowledged">Given to a consumer that has not answered for them yet; part of neither of the others.</param>
public sealed record QueueDepth(string Name, string Type, long Ready, long Unacknowledged)
{
    public long Messages => Ready + Unacknowledged;
}

/// <summary>The broker's management API.</summary>
public sealed class RabbitMqManagement : IDisposable
{
    private readonly HttpClient http;

    internal RabbitMqManagement(Uri address, string user, string password)
    {
        http = new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = address, Timeout = TimeSpan.FromSeconds(60) };
        http.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));
        http.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
    }

    /// <summary>Every durable queue, as it is now and not as of the last statistics.</summary>
    public async Task<IReadOnlyList<QueueDepth>> QueuesAsync()
    {
        var queues = await GetAsync($"/api/queues/{RabbitMqBroker.VirtualHost}?disable_stats=true&enable_queue_totals=true");
        return [.. queues.EnumerateArray().Where(queue => queue.GetProperty("durable").GetBoolean()).Select(queue => new QueueDepth(
            queue.GetProperty("name").GetString()!, queue.GetProperty("type").GetString()!, Count(queue, "messages_ready"), Count(queue, "messages_unacknowledged")))];
    }

    /// <summary>Publishes through an exchange; the default one, <c>""</c>, goes to the queue that the key names.</summary>
    /// <returns>Whether a queue took it.</returns>
    public async Task<bool> PublishAsync(string exchange, string routingKey, string body, object properties)
    {
        var name = exchange.Length == 0 ? "amq.default" : Uri.EscapeDataString(exchange);
        var answer = await PostAsync($"/api/exchanges/{RabbitMqBroker.VirtualHost}/{name}/publish", new
        {
            properties,
            routing_key = routingKey,
            payload = body,
            payload_encoding = "string",
        });
        return answer.GetProperty("routed").GetBoolean();
    }

    public async Task<JsonElement> GetAsync(string path)
    {
        using var response = await http.GetAsync(path);
        return await ReadAsync(response);
    }

    public async Task<JsonElement> PostAsync(string path, object body)
    {
        using var response = await http.PostAsJsonAsync(path, body);
        return await ReadAsync(response);
    }

    public async Task PutAsync(string path, object body)
    {
        using var response = await http.PutAsJsonAsync(path, body);
        await ReadAsync(response);
    }

    public async Task DeleteAsync(string path)
    {
        using var response = await http.DeleteAsync(path);
        if (response.StatusCode != HttpStatusCode.NotFound)
            await ReadAsync(response);
    }

    public void Dispose() => http.Dispose();

    /// <summary>Whether the node has a listener on a port, which it opens last of all.</summary>
    internal async Task<bool> IsListeningAsync(int port)
    {
        using var response = await http.GetAsync($"/api/health/checks/port-listener/{port}");
        return response.IsSuccessStatusCode;
    }

    internal async Task<bool> IsRunningAsync(string virtualHost)
    {
        using var response = await http.GetAsync($"/api/vhosts/{virtualHost}");
        return response.IsSuccessStatusCode
            && (await ReadAsync(response)).GetProperty("cluster_state").EnumerateObject().All(node => node.Value.GetString() == "running");
    }

    private static long Count(JsonElement queue, string name) => queue.TryGetProperty(name, out var count) ? count.GetInt64() : 0;

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage response)
    {
        var body = await response.Content.ReadAsStringAsync();
        if (!response.IsSuccessStatusCode)
            throw new HttpRequestException($"{response.RequestMessage!.Method} {response.RequestMessage.RequestUri} answered {(int)response.StatusCode}: {body}");
        return body.Length == 0 ? default : JsonElement.Parse(body);
    }
}
