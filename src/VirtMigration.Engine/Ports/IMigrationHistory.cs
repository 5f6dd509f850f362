using VirtMigration.Execution;

namespace VirtMigration.Ports;

/// <summary>Where the runs are recorded.</summary>
public interface IMigrationHistory
{
    /// <summary>Adds a run that ended. Whole or not at all: others may add theirs at the same time.</summary>
    /// <param name="record">The run.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="VirtMigrationException">HistoryUnwritable or HistoryLocked.</exception>
    Task AppendAsync(MigrationRecord record, CancellationToken cancellationToken);

    /// <summary>The runs that a query wants, in the order in which they ended: the newest last.</summary>
    /// <param name="query">The query.</param>
    /// <param name="tell">Is told in a sentence what was left out because it cannot be read, after the last run.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VirtMigrationException">HistoryUnreadable, or what <see cref="HistoryQuery.Check"/> finds.</exception>
    IAsyncEnumerable<MigrationRecord> ReadAsync(HistoryQuery query, Action<string> tell, CancellationToken cancellationToken);
}
