namespace Shop.PaymentSandbox.Storage;

/// <summary>
/// The provider's durable books: one SQLite file with one writer thread. Work that arrives while a transaction is being
/// committed shares the next one, and is answered only once that is on disk.
/// </summary>
public sealed class Ledger : IDisposable
{
    private const int LargestGroup = 512;

    private readonly Lock _disposing = new();
    private readonly object _gate = new();
    private readonly Queue<Work> _waiting = new();
    private readonly Sqlite _connection;
    private readonly LedgerTables _tables;
    private readonly Thread _writer;
    private bool _closing;
    private bool _closed;

    private Ledger(Sqlite connection)
    {
        _connection = connection;
        _tables = new LedgerTables(connection);
        _writer = new Thread(WriteGroups) { IsBackground = true, Name = "payment-sandbox-ledger" };
        _writer.Start();
    }

    /// <summary>Opens the file, or makes it, and recovers what was committed.</summary>
    public static Ledger Open(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var connection = Sqlite.Open(path, readOnly: false);
        try
        {
            LedgerTables.Create(connection);
            return new Ledger(connection);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Finishes what was accepted, then closes the file.</summary>
    public void Dispose()
    {
        lock (_disposing)
        {
            if (_closed) return;
            lock (_gate)
            {
                _closing = true;
                Monitor.Pulse(_gate);
            }

            _writer.Join();
            _connection.Dispose();
            _closed = true;
        }
    }

    /// <summary>
    /// Runs <paramref name="work"/> on the writer thread inside the next transaction; the task ends when that is durable.
    /// The work may run a second time, alone, after another in its group failed; it must not touch anything but the tables.
    /// </summary>
    internal Task<T> ExecuteAsync<T>(Func<LedgerTables, T> work)
    {
        var waiting = new Work<T>(work);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closing, this);
            _waiting.Enqueue(waiting);
            if (_waiting.Count == 1) Monitor.Pulse(_gate);
        }

        return waiting.Task;
    }

    private void WriteGroups()
    {
        var group = new List<Work>(LargestGroup);
        while (TakeGroup(group))
        {
            if (!TryCommit(group))
            {
                foreach (var work in group.ToArray()) CommitAlone(work);
            }

            group.Clear();
        }
    }

    private bool TakeGroup(List<Work> group)
    {
        lock (_gate)
        {
            while (_waiting.Count == 0)
            {
                if (_closing) return false;
                Monitor.Wait(_gate);
            }
        }

        // Requests that the last group answered may be followed at once: on a busy processor their callers go first.
        Thread.Yield();
        lock (_gate)
        {
            while (group.Count < LargestGroup && _waiting.TryDequeue(out var work)) group.Add(work);
            return true;
        }
    }

    private bool TryCommit(List<Work> group)
    {
        if (Attempt(group) is not null) return false;
        foreach (var work in group) work.Complete();
        return true;
    }

    private void CommitAlone(Work work)
    {
        if (Attempt([work]) is { } failure) work.Fail(failure);
        else work.Complete();
    }

    private Exception? Attempt(List<Work> group)
    {
        var begun = false;
        try
        {
            _tables.Begin();
            begun = true;
            foreach (var work in group) work.Run(_tables);
            _tables.Commit();
            return null;
        }
        // Whatever went wrong belongs to the callers; the writer thread must go on for the others.
#pragma warning disable CA1031
        catch (Exception failure)
        {
            if (begun) TryRollback();
            return failure;
        }
#pragma warning restore CA1031
    }

    private void TryRollback()
    {
        try
        {
            _tables.Rollback();
        }
        catch (IOException)
        {
            // SQLite has rolled back by itself, for example when the disk is full.
        }
    }

    private abstract class Work
    {
        public abstract void Run(LedgerTables tables);

        public abstract void Complete();

        public abstract void Fail(Exception failure);
    }

    private sealed class Work<T>(Func<LedgerTables, T> work) : Work
    {
        private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T _answer = default!;

        public Task<T> Task => _done.Task;

        public override void Run(LedgerTables tables) => _answer = work(tables);

        public override void Complete() => _done.SetResult(_answer);

        public override void Fail(Exception failure) => _done.SetException(failure);
    }
}
