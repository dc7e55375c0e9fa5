using System.Text.Json;

namespace Shop.Storefront.Clients.Operations;

public sealed record ParkedGroup(string Store, string Endpoint, string MessageType, string Failure, long Messages, DateTimeOffset Oldest, DateTimeOffset Newest);

public sealed record ParkedMessage(
    Guid Id, string Store, string Endpoint, Guid? MessageId, string MessageType, string Body, string Reason, string Exception, DateTimeOffset ParkedAt, string? ContentType, JsonElement? Headers);

public sealed record GroupRedrive(Guid Id, string Store, DateTimeOffset BeganAt, long Total, long Done, DateTimeOffset? EndedAt, string? Error);

public sealed record FailingMessage(string Endpoint, Guid Id, string MessageType, Guid? OrderId, int Attempts, DateTimeOffset Since, string Reason, bool DatabaseAway);

public sealed record ScheduledMessage(Guid Id, string Store, string Destination, string MessageType, Guid? OrderId, DateTimeOffset CreatedAt, DateTimeOffset DueAt, string Body);

public sealed record ScheduledPage(IReadOnlyList<ScheduledMessage> Items, string? Next);

/// <summary>Messages that wait for a person, for another try, or for their time.</summary>
public sealed class MessagesClient(ServiceCaller caller, OverviewClient overview)
{
    public Task<IReadOnlyList<ParkedGroup>> GroupsAsync(CancellationToken cancellationToken) => AllAsync<ParkedGroup>("messages/parked/groups", cancellationToken);

    public Task<IReadOnlyList<FailingMessage>> FailingAsync(CancellationToken cancellationToken) => AllAsync<FailingMessage>("messages/failing", cancellationToken);

    /// <param name="after">Id of the last one of the page before.</param>
    public async Task<IReadOnlyList<ParkedMessage>> ParkedAsync(ParkedGroup group, Guid? after, int limit, CancellationToken cancellationToken) =>
        [.. (await caller.GetAsync<ParkedMessage[]>(
            group.Store,
            $"messages/parked?endpoint={Uri.EscapeDataString(group.Endpoint)}&messageType={Uri.EscapeDataString(group.MessageType)}&failure={Uri.EscapeDataString(group.Failure)}&limit={limit}{(after is null ? "" : $"&after={after:D}")}",
            cancellationToken) ?? []).Where(message => message.Store == group.Store)];

    public Task<ParkedMessage?> ParkedAsync(string store, Guid id, CancellationToken cancellationToken) =>
        caller.GetAsync<ParkedMessage>(store, $"messages/parked/{id:D}", cancellationToken);

    /// <param name="body">Null: as it was.</param>
    public Task RedriveAsync(string store, Guid id, JsonElement? body, string reason, CancellationToken cancellationToken) =>
        caller.SendAsync(store, HttpMethod.Post, $"messages/parked/{id:D}/redrive", new { body, reason }, cancellationToken: cancellationToken);

    public Task<GroupRedrive> RedriveAsync(ParkedGroup group, string reason, CancellationToken cancellationToken) => caller.SendAsync<GroupRedrive>(
        group.Store, HttpMethod.Post, "messages/parked/groups/redrive", new { group.Store, group.Endpoint, group.MessageType, group.Failure, reason }, cancellationToken: cancellationToken);

    /// <returns>Null when the process that was asked does not know it.</returns>
    public Task<GroupRedrive?> ProgressAsync(GroupRedrive redrive, CancellationToken cancellationToken) =>
        caller.GetAsync<GroupRedrive>(redrive.Store, $"messages/parked/redrives/{redrive.Id:D}", cancellationToken);

    /// <summary>The next ones that are due, of each service.</summary>
    public async Task<IReadOnlyList<ScheduledMessage>> ScheduledAsync(int limit, CancellationToken cancellationToken)
    {
        var found = new List<ScheduledMessage>();
        foreach (var service in overview.Services)
            found.AddRange((await caller.GetAsync<ScheduledPage>(service, $"messages/scheduled?limit={limit}", cancellationToken))?.Items ?? []);
        return [.. found.OrderBy(message => message.DueAt).Take(limit)];
    }

    /// <param name="action">run-now or cancel.</param>
    public Task ChangeAsync(ScheduledMessage message, string action, string reason, CancellationToken cancellationToken) =>
        caller.SendAsync(message.Store, HttpMethod.Post, $"messages/scheduled/{message.Id:D}/{action}", new { reason }, cancellationToken: cancellationToken);

    private async Task<IReadOnlyList<T>> AllAsync<T>(string path, CancellationToken cancellationToken)
    {
        var found = new List<T>();
        foreach (var service in overview.Services)
            found.AddRange(await caller.GetAsync<T[]>(service, path, cancellationToken) ?? []);
        return found;
    }
}
