using VirtMigration.Options;

namespace VirtMigration.Evacuation;

/// <summary>In which order VMs leave. First by the priority that each states. Then those that are hard to place, the ones with fewest hosts before
/// others: should a host change meanwhile, they have the first choice of what is left. Hard are VMs that are tied to CPUs or cells, and those that only one host
/// takes; among all others the number of hosts says nothing. Then those that need both hosts for themselves, one after the other,
/// so that the window is emptied for them once. Then the longest first, which keeps the end of the window full
/// (Graham's rule: no more than a third over the best, and far less with many). At last by name.</summary>
internal static class EvacuationOrder
{
    /// <summary>The moves in their order.</summary>
    public static EvacuationChoice[] Of(IEnumerable<EvacuationChoice> moves) =>
    [
        .. moves.OrderBy(move => move.Kept ?? int.MaxValue)
            .ThenByDescending(move => PriorityOf(move.Guest))
            .ThenBy(move => move.Tied ? 0 : move.Choices == 1 ? 1 : 2)
            .ThenBy(move => move.Tied ? move.Choices : 0)
            .ThenBy(move => move.Move.AtOnce == 1 ? 0 : 1)
            .ThenByDescending(move => move.Move.Takes)
            .ThenBy(move => move.Guest.Vm.Name, StringComparer.OrdinalIgnoreCase)
            .ThenBy(move => move.Guest.Vm.Uuid),
    ];

    /// <summary>When a VM leaves, as it states; Medium where it does not.</summary>
    public static MigrationPriority PriorityOf(EvacuationGuest guest) => guest.Definition.Options.MigrationPriority ?? MigrationPriority.Medium;
}
