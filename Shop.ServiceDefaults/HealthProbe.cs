namespace Shop.ServiceDefaults;

/// <summary>Asks a running service how it is, for containers, whose images have no curl: <c>dotnet Order.Api.dll --check-health URL</c>.</summary>
public static class HealthProbe
{
    public static bool IsAsked(string[] args) => args is ["--check-health", _];

    /// <returns>The exit code: 0 when it answered with success.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(4) };
        try
        {
            using var answer = await http.GetAsync(new Uri(args[1]));
            await Console.Out.WriteLineAsync($"{args[1]} answered {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
            return answer.IsSuccessStatusCode ? 0 : 1;
        }
        catch (Exception error) when (error is HttpRequestException or TaskCanceledException or UriFormatException)
        {
            await Console.Error.WriteLineAsync($"{args[1]}: {error.Message}");
            return 1;
        }
    }
}
