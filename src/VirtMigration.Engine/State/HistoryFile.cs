using System.Runtime.CompilerServices;
using System.Text;
using VirtMigration.Execution;
using VirtMigration.Ports;
using VirtMigration.Units;

namespace VirtMigration.State;

/// <summary>The history as a file of JSON lines beside the cluster file, a run a line, the newest last. Shells add theirs under a lock,
/// whole or not at all; reading takes no lock. When the file is full it is renamed, and the oldest one goes.</summary>
public sealed class HistoryFile : IMigrationHistory
{
    /// <summary>How many full files are kept beside the one that grows: with <see cref="MaxSize"/> of 64 MiB all take at most 320 MiB, so
    /// that a history never fills a disk. A run takes 5 to 200 KB, so they hold some ten thousands of runs.</summary>
    public const int KeptFiles = 4;

    private const string FileName = "history.jsonl";

    // Adding a run takes milliseconds; three seconds mean that a holder hangs. An operator waits meanwhile.
    private static readonly TimeSpan s_lockPatience = TimeSpan.FromSeconds(3);

    private readonly string _folder;

    /// <summary>Creates the history over a folder.</summary>
    /// <param name="folder">The folder; made when something is first written.</param>
    public HistoryFile(string folder)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        _folder = Path.GetFullPath(folder);
        FilePath = Path.Combine(_folder, FileName);
    }

    /// <summary>The file that grows; full ones are <c>history.1.jsonl</c>, the newest, to <c>history.4.jsonl</c>.</summary>
    public string FilePath { get; }

    /// <summary>How large it may grow; only a single run that is larger makes it larger. 64 MiB: as much as is read in a second or two.</summary>
    public ByteSize MaxSize { get; init; } = ByteSize.FromMebibytes(64);

    /// <inheritdoc/>
    public Task AppendAsync(MigrationRecord record, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(record);
        return Task.Run(() => Append(Encoding.UTF8.GetBytes(HistoryForm.Write(record) + '\n')), cancellationToken);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<MigrationRecord> ReadAsync(HistoryQuery query, Action<string> tell, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(tell);
        query.Check();
        Selection selection = new(query);
        List<HistoryLines> newestFirst = [];
        try
        {
            // In this order a file that is renamed meanwhile is met twice rather than never.
            foreach (string path in Enumerable.Range(1, KeptFiles).Select(Numbered).Prepend(FilePath))
            {
                if (HistoryLines.Open(path) is HistoryLines lines)
                {
                    newestFirst.Add(lines);
                }
            }

            if (query.Last is int last)
            {
                foreach (MigrationRecord record in await NewestAsync(newestFirst, selection, last, cancellationToken))
                {
                    yield return record;
                }
            }
            else
            {
                foreach (HistoryLines lines in Enumerable.Reverse(newestFirst))
                {
                    await foreach (string line in lines.ForwardAsync(cancellationToken))
                    {
                        if (selection.Take(line) is MigrationRecord record)
                        {
                            yield return record;
                        }
                    }
                }
            }
        }
        finally
        {
            newestFirst.ForEach(lines => lines.Dispose());
        }

        selection.TellWhatIsLeftOut(FilePath, tell);
    }

    // The oldest of them first.
    private static async Task<Stack<MigrationRecord>> NewestAsync(
        IReadOnlyList<HistoryLines> newestFirst, Selection selection, int last, CancellationToken cancellationToken)
    {
        Stack<MigrationRecord> found = [];
        foreach (HistoryLines lines in newestFirst)
        {
            await foreach (string line in lines.BackwardAsync(cancellationToken))
            {
                if (selection.Take(line) is not MigrationRecord record)
                {
                    continue;
                }

                found.Push(record);
                if (found.Count == last)
                {
                    return found;
                }
            }
        }

        return found;
    }

    private void Append(byte[] line)
    {
        try
        {
            Directory.CreateDirectory(_folder);
            using FileStream held = FileLock.Take($"{FilePath}.lock", s_lockPatience, error => new(
                "HistoryLocked", $"The history file {FilePath} has been locked by another process for {s_lockPatience.TotalSeconds:0} s.",
                "Look for a process that hangs with the file open.", FilePath, error));
            MakeRoom(line.Length);
            using FileStream file = new(FilePath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            AddTo(file, line);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new VirtMigrationException("HistoryUnwritable", $"The history file {FilePath} cannot be written: {error.Message}",
                "See to the folder's rights and room, or name another folder in VIRTMIGRATION_HOME.", FilePath, error);
        }
    }

    private static void AddTo(FileStream file, byte[] line)
    {
        long before = file.Length;

        // A shell that died while it wrote left half a line: it must not swallow this one.
        if (before > 0)
        {
            file.Position = before - 1;
            line = file.ReadByte() == '\n' ? line : [(byte)'\n', .. line];
        }

        try
        {
            file.Position = before;
            file.Write(line);
        }
        catch (IOException)
        {
            CutBack(file, before);
            throw;
        }
    }

    // Of a line that had no room nothing is left, so that it takes no room from others.
    private static void CutBack(FileStream file, long length)
    {
        try
        {
            file.SetLength(length);
        }
        catch (IOException)
        {
            // Then the next one begins on a line of its own, and reading leaves the half line out.
        }
    }

    private void MakeRoom(int coming)
    {
        FileInfo file = new(FilePath);
        if (!file.Exists || file.Length == 0 || file.Length + coming <= MaxSize.Bytes)
        {
            return;
        }

        for (int number = KeptFiles; number > 1; number--)
        {
            if (File.Exists(Numbered(number - 1)))
            {
                File.Move(Numbered(number - 1), Numbered(number), overwrite: true);
            }
        }

        File.Move(FilePath, Numbered(1), overwrite: true);
    }

    private string Numbered(int number) => Path.Combine(_folder, $"history.{number}.jsonl");

    /// <summary>Takes from lines what a query wants, each run once, and counts what cannot be read.</summary>
    private sealed class Selection(HistoryQuery query)
    {
        private readonly HashSet<Guid> _taken = [];
        private int _newer;
        private int _broken;

        public MigrationRecord? Take(string line)
        {
            if (HistoryForm.TryRead(line, out MigrationRecord? record, out bool newer))
            {
                return query.Wants(record) && _taken.Add(record.Id) ? record : null;
            }

            _newer += newer ? 1 : 0;
            _broken += newer ? 0 : 1;
            return null;
        }

        public void TellWhatIsLeftOut(string path, Action<string> tell)
        {
            if (_newer > 0)
            {
                tell($"A newer version of VirtMigration wrote {(_newer == 1 ? "1 run" : $"{_newer} runs")} in {path} or its older parts; this one cannot read and leaves out what it wrote. Update the module.");
            }

            if (_broken > 0)
            {
                tell($"{(_broken == 1 ? "1 line" : $"{_broken} lines")} in {path} or its older parts cannot be read, or not to the end, and {(_broken == 1 ? "is" : "are")} left out.");
            }
        }
    }
}
