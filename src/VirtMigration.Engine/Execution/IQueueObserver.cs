using VirtMigration.Convergence;
using VirtMigration.Planning;

namespace VirtMigration.Execution;

/// <summary>Told what the queue does, on whatever thread it happens.</summary>
public interface IQueueObserver
{
    /// <summary>A VM waits.</summary>
    /// <param name="plan">Its plan.</param>
    /// <param name="reason">What for.</param>
    void Waiting(MigrationPlan plan, string reason);

    /// <summary>A VM's migration is about to start.</summary>
    /// <param name="plan">The plan it runs by.</param>
    void Starting(MigrationPlan plan);

    /// <summary>How a migration stands.</summary>
    /// <param name="plan">Its plan.</param>
    /// <param name="sample">The sample.</param>
    void Progressed(MigrationPlan plan, MigrationSample sample);

    /// <summary>A migration ended.</summary>
    /// <param name="result">How.</param>
    void Ended(MigrationResult result);

    /// <summary>A VM's migration was not started, and nothing was touched.</summary>
    /// <param name="plan">Its plan.</param>
    /// <param name="error">Why.</param>
    void NotStarted(MigrationPlan plan, VirtMigrationException error);
}
