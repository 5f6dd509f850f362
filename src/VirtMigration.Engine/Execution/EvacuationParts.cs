using VirtMigration.Ports;
using VirtMigration.State;

namespace VirtMigration.Execution;

/// <summary>What an evacuation works with.</summary>
/// <param name="Hypervisor">The way to the hosts.</param>
/// <param name="Registry">The registered hosts.</param>
/// <param name="Runner">Runs the plans.</param>
/// <param name="Slots">Keeps other shells from counting the same slots in the same moment.</param>
/// <param name="Ownership">Says in whose hands a host's maintenance is.</param>
/// <param name="Queues">The queues of this process.</param>
/// <param name="History">The runs that were recorded.</param>
/// <param name="Clock">The clock.</param>
/// <param name="Operator">Who asks, as <c>alice@ops1</c>.</param>
public sealed record EvacuationParts(
    IHypervisor Hypervisor,
    HostRegistry Registry,
    MigrationRunner Runner,
    ISlotLocks Slots,
    MigrationOwnership Ownership,
    QueueRegistry Queues,
    IMigrationHistory History,
    TimeProvider Clock,
    string Operator)
{
    /// <summary>How long a VM waits after it failed for the first time; twice as long after the second.</summary>
    public TimeSpan BackOff { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long migrations that others started are waited for.</summary>
    public TimeSpan PatienceWithOthers { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>How often the host is asked about those.</summary>
    public TimeSpan LookAtOthersEvery { get; init; } = TimeSpan.FromSeconds(1);
}
