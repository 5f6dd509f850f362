using System.Runtime.CompilerServices;
using VirtMigration.Execution;
using VirtMigration.Ports;

namespace VirtMigration.UnitTests.Execution;

/// <summary>A history in memory, which can fail or never answer.</summary>
internal sealed class FakeHistory : IMigrationHistory
{
    public List<MigrationRecord> Records { get; } = [];

    /// <summary>Thrown instead of recording.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Whether it never answers.</summary>
    public bool Hangs { get; set; }

    public async Task AppendAsync(MigrationRecord record, CancellationToken cancellationToken)
    {
        await Task.Yield();
        if (Hangs)
        {
            await new TaskCompletionSource().Task;
        }

        Records.Add(Failure is null ? record : throw Failure);
    }

    public async IAsyncEnumerable<MigrationRecord> ReadAsync(HistoryQuery query, Action<string> tell, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Yield();
        foreach (MigrationRecord record in Records.Where(query.Wants))
        {
            yield return record;
        }
    }
}
