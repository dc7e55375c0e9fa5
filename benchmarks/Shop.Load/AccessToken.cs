using System.Net.Http.Json;

namespace Shop.Load;

/// <summary>What the shop gives for an e-mail address and a password. It lasts for an hour, longer than any run.</summary>
internal static class AccessToken
{
    /// <exception cref="InvalidOperationException">The shop refuses them.</exception>
    public static async Task<string> GetAsync(HttpClient http, LoadOptions options, CancellationToken cancellationToken)
    {
        using var response = await http.PostAsJsonAsync(new Uri("/account/token", UriKind.Relative), new Request(options.User, options.Password), cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            throw new InvalidOperationException(
                $"POST /account/token for {options.User} answered {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync(cancellationToken)} Name an operator with --user and --password.");
        }

        return (await response.Content.ReadFromJsonAsync<Answer>(cancellationToken))!.AccessToken;
    }

    private sealed record Request(string Email, string Password);

    private sealed record Answer(string AccessToken);
}
