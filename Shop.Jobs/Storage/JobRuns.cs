using System.Data.Common;
using System.Text.Encodings.Web;
using System.Text.Json;
using Shop.EventSourcing.Storage;

namespace Shop.Jobs.Storage;

/// <summary>
/// The history of runs. Each change says what the run must still be, so that of two replicas one only changes it, and one that
/// was taken for dead changes nothing any more.
/// </summary>
internal sealed partial class JobRuns(JobDatabase database)
{
    private const string Outline = """
        id, job, occurrence, cause, outcome, attempt, of_run, next_run, requested_by, reason, requested_at, started_at, ended_at, replica,
        fire_instance, summary, error, mark
        """;

    private const string Insert = """
        INSERT INTO job_runs (
          id, job, occurrence, cause, outcome, attempt, of_run, requested_by, reason, requested_at, started_at, beat_at, replica, fire_instance, lines)
        """;

    /// <summary>As people wrote it, so that a search finds it.</summary>
    private static readonly JsonSerializerOptions LinesJson = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>How the start of a run went.</summary>
    public enum Start
    {
        Started,

        /// <summary>That occurrence had its run, here or elsewhere.</summary>
        HadItsRun,

        /// <summary>The job runs, here or elsewhere.</summary>
        JobRuns,
    }

    /// <summary>Notes that a run is wanted.</summary>
    /// <returns>False when that occurrence has its run already.</returns>
    public async Task<bool> RequestAsync(JobRun run, CancellationToken cancellationToken) => await database.AddAsync(
        $"{Insert} VALUES (@id, @job, @occurrence, @cause, 'waiting', @attempt, @of, @by, @reason, {database.Now}, NULL, NULL, NULL, NULL, '[]')",
        cancellationToken, ("id", Text(run.Id)), ("job", run.Job), ("occurrence", run.Occurrence), ("cause", Text(run.Cause)), ("attempt", (long)run.Attempt),
        ("of", Text(run.OfRun)), ("by", run.RequestedBy), ("reason", run.Reason));

    /// <summary>Starts the run of an instant of the schedule.</summary>
    public async Task<Start> StartAsync(JobRun run, CancellationToken cancellationToken)
    {
        var inserted = await database.AddAsync(
            $"{Insert} VALUES (@id, @job, @occurrence, @cause, 'running', 1, NULL, NULL, NULL, {database.Now}, {database.Now}, {database.Now}, @replica, @fire, '[]')",
            cancellationToken, ("id", Text(run.Id)), ("job", run.Job), ("occurrence", run.Occurrence), ("cause", Text(run.Cause)),
            ("replica", run.Replica), ("fire", run.FireInstance));
        if (inserted)
            return Start.Started;
        var same = await database.QueryAsync(
            "SELECT id FROM job_runs WHERE job = @job AND occurrence = @occurrence", row => row.GetString(0), cancellationToken,
            ("job", run.Job), ("occurrence", run.Occurrence));
        return same.Count > 0 ? Start.HadItsRun : Start.JobRuns;
    }

    /// <summary>Starts a run that was asked for.</summary>
    public async Task<Start> StartAsync(Guid id, string replica, string? fireInstance, CancellationToken cancellationToken)
    {
        try
        {
            var changed = await database.ExecuteAsync(
                $"""
                UPDATE job_runs SET outcome = 'running', started_at = {database.Now}, beat_at = {database.Now}, replica = @replica, fire_instance = @fire
                WHERE id = @id AND outcome = 'waiting'
                """,
                cancellationToken, ("id", Text(id)), ("replica", replica), ("fire", fireInstance));
            return changed > 0 ? Start.Started : Start.HadItsRun;
        }
        catch (DbException error) when (database.IsDuplicate(error))
        {
            return Start.JobRuns;
        }
    }

    /// <summary>The run lives, and has logged so far.</summary>
    /// <returns>False when it was taken for dead.</returns>
    public async Task<bool> BeatAsync(Guid id, IReadOnlyList<JobLine> lines, CancellationToken cancellationToken) => await database.ExecuteAsync(
        $"UPDATE job_runs SET beat_at = {database.Now}, lines = @lines WHERE id = @id AND outcome = 'running'",
        cancellationToken, ("id", Text(id)), ("lines", Text(lines))) > 0;

    /// <param name="ended">Its outcome, summary, error, mark and lines are noted.</param>
    /// <returns>False when it was taken for dead.</returns>
    public async Task<bool> EndAsync(JobRun ended, CancellationToken cancellationToken) => await database.ExecuteAsync(
        $"""
        UPDATE job_runs
        SET outcome = @outcome, ended_at = {database.Now}, summary = @summary, error = @error, mark = @mark, lines = @lines
        WHERE id = @id AND outcome = 'running'
        """,
        cancellationToken, ("id", Text(ended.Id)), ("outcome", Text(ended.Outcome)), ("summary", ended.Summary), ("error", ended.Error),
        ("mark", ended.Mark), ("lines", Text(ended.Lines ?? []))) > 0;

    /// <summary>Where the last run that succeeded left off.</summary>
    public async Task<string?> ReadMarkAsync(string job, CancellationToken cancellationToken) =>
        (await database.QueryAsync(
            $"SELECT mark FROM job_runs WHERE job = @job AND mark IS NOT NULL AND outcome = 'succeeded' ORDER BY id DESC {database.Page("1", "0")}",
            row => row.GetString(0), cancellationToken, ("job", job))).FirstOrDefault();

    private static JobRun ReadOutline(DbDataReader row) => new()
    {
        Id = Guid.Parse(row.GetString(0)),
        Job = row.GetString(1),
        Occurrence = row.GetString(2),
        Cause = Enum.Parse<JobCause>(row.GetString(3), ignoreCase: true),
        Outcome = Enum.Parse<JobOutcome>(row.GetString(4), ignoreCase: true),
        Attempt = (int)row.GetInt64(5),
        OfRun = Id(row, 6),
        NextRun = Id(row, 7),
        RequestedBy = String(row, 8),
        Reason = String(row, 9),
        RequestedAt = Instants.FromUnixMicroseconds(row.GetInt64(10)),
        StartedAt = Instant(row, 11),
        EndedAt = Instant(row, 12),
        Replica = String(row, 13),
        FireInstance = String(row, 14),
        Summary = String(row, 15),
        Error = String(row, 16),
        Mark = String(row, 17),
    };

    private static string? String(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static Guid? Id(DbDataReader row, int column) => row.IsDBNull(column) ? null : Guid.Parse(row.GetString(column));

    private static DateTimeOffset? Instant(DbDataReader row, int column) => row.IsDBNull(column) ? null : Instants.FromUnixMicroseconds(row.GetInt64(column));

    private static string? Text(Guid? id) => id?.ToString("D");

    private static string Text(JobCause cause) => JsonNamingPolicy.CamelCase.ConvertName(cause.ToString());

    private static string Text(JobOutcome outcome) => JsonNamingPolicy.CamelCase.ConvertName(outcome.ToString());

    private static string Text(IReadOnlyList<JobLine> lines) => JsonSerializer.Serialize(lines, LinesJson);
}
