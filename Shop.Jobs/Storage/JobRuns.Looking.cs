using System.Text;
using System.Text.Json;

namespace Shop.Jobs.Storage;

/// <content>What the history shows, and what is left behind in it.</content>
internal sealed partial class JobRuns
{
    /// <summary>Of each job so many are kept.</summary>
    private const int KeptPerJob = 1_000;

    private static readonly string[] Searched = ["summary", "error", "reason", "requested_by", "lines"];

    public async Task<JobRun?> FindAsync(Guid id, CancellationToken cancellationToken) =>
        (await database.QueryAsync(
            $"SELECT {Outline}, lines FROM job_runs WHERE id = @id",
            row => ReadOutline(row) with { Lines = JsonSerializer.Deserialize<List<JobLine>>(row.GetString(18), LinesJson) },
            cancellationToken, ("id", Text(id)))).FirstOrDefault();

    /// <summary>The newest runs of a job, newest first.</summary>
    /// <param name="search">Text in summary, error, reason, who asked, or a logged line; case does not matter.</param>
    /// <param name="after">The last one of the page before.</param>
    public Task<List<JobRun>> ReadAsync(string job, string? search, JobOutcome? outcome, Guid? after, int limit, CancellationToken cancellationToken)
    {
        var sql = new StringBuilder($"SELECT {Outline} FROM job_runs WHERE job = @job");
        List<(string, object?)> values = [("job", job), ("limit", (long)limit)];
        if (outcome is { } wanted)
        {
            sql.Append(" AND outcome = @outcome");
            values.Add(("outcome", Text(wanted)));
        }

        if (after is { } last)
        {
            sql.Append(" AND id < @after");
            values.Add(("after", Text(last)));
        }

        if (!string.IsNullOrWhiteSpace(search))
        {
            sql.Append($" AND ({string.Join(" OR ", Searched.Select(column => $"lower({column}) LIKE @search ESCAPE '!'"))})");
            values.Add(("search", $"%{Escape(search.Trim().ToLowerInvariant())}%"));
        }

        sql.Append($" ORDER BY id DESC {database.Page("@limit", "0")}");
        return database.QueryAsync(sql.ToString(), ReadOutline, cancellationToken, [.. values]);
    }

    public async Task<JobRun?> FindRunningAsync(string job, CancellationToken cancellationToken) =>
        (await database.QueryAsync(
            $"SELECT {Outline} FROM job_runs WHERE job = @job AND outcome = 'running'", ReadOutline, cancellationToken, ("job", job))).FirstOrDefault();

    /// <summary>Notes that runs are dead that have been silent for too long.</summary>
    /// <returns>How many.</returns>
    public Task<int> BuryAsync(TimeSpan silence, CancellationToken cancellationToken) => database.ExecuteAsync(
        $"""
        UPDATE job_runs
        SET outcome = 'killed', ended_at = {database.Now}, error = 'Its process ended, or stood still, in the middle of it.'
        WHERE outcome = 'running' AND beat_at < {database.Now} - @silence
        """,
        cancellationToken, ("silence", (long)silence.TotalMicroseconds));

    /// <summary>Runs that were broken off and are to be made up, oldest first.</summary>
    /// <param name="attempts">So often a run is tried; one that ends its process each time must not do so for ever.</param>
    public Task<List<JobRun>> ReadBrokenOffAsync(int attempts, CancellationToken cancellationToken) => database.QueryAsync(
        $"SELECT {Outline} FROM job_runs WHERE outcome IN ('killed', 'stopped') AND next_run IS NULL AND attempt < @attempts ORDER BY id",
        ReadOutline, cancellationToken, ("attempts", (long)attempts));

    public Task LinkAsync(Guid brokenOff, string job, string occurrence, CancellationToken cancellationToken) => database.ExecuteAsync(
        "UPDATE job_runs SET next_run = (SELECT next.id FROM job_runs next WHERE next.job = @job AND next.occurrence = @occurrence) WHERE id = @id",
        cancellationToken, ("id", Text(brokenOff)), ("job", job), ("occurrence", occurrence));

    /// <summary>Runs that were asked for so long ago that their firing must have been lost.</summary>
    public Task<List<JobRun>> ReadForgottenAsync(TimeSpan age, CancellationToken cancellationToken) => database.QueryAsync(
        $"SELECT {Outline} FROM job_runs WHERE outcome = 'waiting' AND requested_at < {database.Now} - @age ORDER BY id",
        ReadOutline, cancellationToken, ("age", (long)age.TotalMicroseconds));

    /// <summary>Forgets the oldest runs of a job.</summary>
    public Task TrimAsync(string job, CancellationToken cancellationToken) => database.ExecuteAsync(
        $"""
        DELETE FROM job_runs
        WHERE job = @job AND outcome NOT IN ('waiting', 'running')
          AND id < (SELECT id FROM job_runs WHERE job = @job ORDER BY id DESC {database.Page("1", "@kept")})
        """,
        cancellationToken, ("job", job), ("kept", (long)KeptPerJob));

    private static string Escape(string search) =>
        search.Replace("!", "!!", StringComparison.Ordinal).Replace("%", "!%", StringComparison.Ordinal).Replace("_", "!_", StringComparison.Ordinal).Replace("[", "![", StringComparison.Ordinal);
}
