using System.Net.Http.Json;
using System.Text.Json;

namespace Shop.Tests;

/// <summary>Jobs as an operator asks for them over HTTP.</summary>
internal static class JobCalls
{
    /// <summary>Ends a test that hangs; measures nothing.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    /// <summary>Has a job run, and waits until that run is over.</summary>
    public static async Task<JobEnd> RunJobAsync(this HttpClient http, string job)
    {
        using var asked = await http.PostAsJsonAsync($"/jobs/{job}/trigger", new { reason = "for the test" });
        var run = JsonElement.Parse(await asked.Content.ReadAsStringAsync());
        asked.StatusCode.ShouldBe(System.Net.HttpStatusCode.Accepted, run.ToString());
        for (var started = TimeProvider.System.GetTimestamp(); ; await Task.Delay(30))
        {
            var found = await http.GetFromJsonAsync<JsonElement>($"/jobs/runs/{run.GetProperty("id").GetGuid()}");
            if (found.TryGetProperty("endedAt", out _))
                return JobEnd.Of(found);
            if (TimeProvider.System.GetElapsedTime(started) > Patience)
                throw new TimeoutException($"{job} did not come to its end: {found}");
        }
    }
}

/// <summary>What a run came to.</summary>
internal sealed record JobEnd(string Outcome, string Summary, string Error, IReadOnlyList<string> Lines)
{
    public static JobEnd Of(JsonElement run) => new(
        Text(run, "outcome"), Text(run, "summary"), Text(run, "error"), [.. run.GetProperty("lines").EnumerateArray().Select(line => Text(line, "text"))]);

    public void ShouldHaveSucceeded() => Outcome.ShouldBe("succeeded", ToString());

    public override string ToString() => $"{Outcome}: {Summary} {Error}\n{string.Join('\n', Lines)}";

    private static string Text(JsonElement element, string property) => element.TryGetProperty(property, out var value) ? value.GetString() ?? "" : "";
}
