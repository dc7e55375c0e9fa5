namespace Shop.EventSourcing.Storage;

/// <summary>Changes of the generations of one projection, inside one transaction.</summary>
internal sealed class ProjectionChange(ProjectionStorage storage, ISql sql, string projection)
{
    public async Task<ProjectionState> LiveAsync() => await FindAsync(ProjectionSlot.Live) ?? await AddLiveAsync();

    public async Task<ProjectionState?> FindAsync(ProjectionSlot slot) =>
        (await storage.ReadStatesAsync(sql)).Find(state => state.Projection == projection && state.Slot == slot);

    public async Task AddNextAsync(Table table, DateTimeOffset now, long goal)
    {
        var live = await LiveAsync();
        var previous = await FindAsync(ProjectionSlot.Previous);
        var generation = Math.Max(live.Generation, previous?.Generation ?? 0) + 1;
        await storage.CopyTableAsync(sql, table.Name, ProjectionSlot.Next.TableName(table), generation);
        await sql.ExecuteAsync(
            "INSERT INTO projections (name, slot, generation, began_at, goal) VALUES ($1, 'next', $2, $3, $4)", projection, generation, now, goal);
    }

    public Task PauseAsync(ProjectionSlot slot, ProjectionPause pause) => sql.ExecuteAsync(
        "UPDATE projections SET paused_at = $3, paused_by = $4, paused_why = $5 WHERE name = $1 AND slot = $2", projection, slot.Name(), pause.At, pause.By, pause.Why ?? "");

    public Task ResumeAsync(ProjectionSlot slot) => sql.ExecuteAsync(
        "UPDATE projections SET paused_at = NULL, paused_by = NULL, paused_why = NULL WHERE name = $1 AND slot = $2", projection, slot.Name());

    public Task StopAsync(ProjectionSlot slot, ProjectionError error) => sql.ExecuteAsync(
        "UPDATE projections SET error = $3, error_position = $4, error_event = $5, error_at = $6 WHERE name = $1 AND slot = $2",
        projection, slot.Name(), error.Message, error.Position, error.Event, error.At);

    public Task ClearErrorAsync(ProjectionSlot slot) => sql.ExecuteAsync(
        "UPDATE projections SET error = NULL, error_position = NULL, error_event = NULL, error_at = NULL WHERE name = $1 AND slot = $2", projection, slot.Name());

    public async Task SkipAsync(ProjectionState state, ProjectionError error, string by, string reason, DateTimeOffset now)
    {
        await sql.ExecuteAsync(
            """
            INSERT INTO projection_skips (name, generation, position, event, error, skipped_by, reason, skipped_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            """,
            projection, state.Generation, error.Position, error.Event, error.Message, by, reason, now);
        await SetCheckpointAsync(state.Slot, error.Position);
        await ClearErrorAsync(state.Slot);
    }

    public Task<long> LockLogAsync() => storage.LockLogAsync(sql);

    public Task WriteRowsAsync(IReadOnlyList<RowWrite> rows) => rows.Count == 0 ? Task.CompletedTask : storage.WriteRowsAsync(sql, rows);

    public Task SetCheckpointAsync(ProjectionSlot slot, long position) => storage.SetCheckpointAsync(sql, slot.Checkpoint(projection), position);

    public Task DropCheckpointAsync(ProjectionSlot slot) =>
        sql.ExecuteAsync("DELETE FROM checkpoints WHERE projection = $1", slot.Checkpoint(projection));

    /// <summary>Rows, checkpoint and notes of one generation become those of another slot, which must be free.</summary>
    public async Task MoveAsync(Table table, ProjectionSlot from, ProjectionSlot to)
    {
        await storage.RenameTableAsync(sql, from.TableName(table), to.TableName(table));
        await sql.ExecuteAsync("UPDATE checkpoints SET projection = $2 WHERE projection = $1", from.Checkpoint(projection), to.Checkpoint(projection));
        await sql.ExecuteAsync("UPDATE projections SET slot = $3 WHERE name = $1 AND slot = $2", projection, from.Name(), to.Name());
    }

    public async Task DropAsync(Table table, ProjectionSlot slot)
    {
        await sql.ExecuteAsync($"DROP TABLE IF EXISTS \"{slot.TableName(table)}\"");
        await DropCheckpointAsync(slot);
        await sql.ExecuteAsync("DELETE FROM projections WHERE name = $1 AND slot = $2", projection, slot.Name());
    }

    private async Task<ProjectionState> AddLiveAsync()
    {
        await sql.ExecuteAsync("INSERT INTO projections (name, slot, generation, goal) VALUES ($1, 'live', 1, 0)", projection);
        return (await FindAsync(ProjectionSlot.Live))!;
    }
}
