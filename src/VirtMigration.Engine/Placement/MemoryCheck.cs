using VirtMigration.Inventory;
using VirtMigration.Units;

namespace VirtMigration.Placement;

/// <summary>The destination must have the VM's memory available now, and what QEMU takes beside it. Memory on huge pages was set aside
/// before, so of such a VM only the rest counts.</summary>
public sealed class MemoryCheck : IDestinationCheck
{
    /// <inheritdoc/>
    public IEnumerable<DestinationFinding> Check(DestinationCandidate candidate)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        long promised = candidate.Reserved.Memory.Bytes;
        long? left = candidate.Destination.Facts.AvailableMemory?.Bytes - promised - (candidate.Load?.IncomingMemory.Bytes ?? 0);
        bool enough = left >= GuestMemory.OrdinaryBytes(candidate.Definition) + GuestMemory.Overhead(candidate.Definition).Bytes;
        bool overcommitted = candidate.Load is HostLoad load
            && load.CommittedMemory.Bytes + promised + candidate.Definition.Memory.Bytes > candidate.Destination.Facts.Memory.Bytes;
        return enough && !overcommitted ? [] : Find(candidate, enough, overcommitted);
    }

    private static IEnumerable<DestinationFinding> Find(DestinationCandidate candidate, bool enough, bool overcommitted)
    {
        ByteSize promised = candidate.Reserved.Memory;
        ByteSize incoming = candidate.Load?.IncomingMemory ?? default;
        if (candidate.Destination.Facts.AvailableMemory is not ByteSize available)
        {
            yield return candidate.Warning("MemoryUnknown", Needed(candidate.Definition), "does not tell what it has available", $"See: {candidate.Virsh("nodememstats")}.");
        }
        else if (!enough)
        {
            string placed = promised.Bytes == 0 ? string.Empty : $", {promised} of it promised to VMs placed before ({string.Join(", ", candidate.Reserved.Vms)})";
            string coming = incoming.Bytes == 0 ? string.Empty : $", {incoming} of it for migrations that come in now";
            yield return candidate.Blocker("MemoryInsufficient", Needed(candidate.Definition), $"has {available} available{placed}{coming}",
                "Free memory there, or choose a larger host.");
        }

        if (overcommitted)
        {
            ByteSize committed = new(candidate.Load!.CommittedMemory.Bytes + promised.Bytes);
            yield return candidate.Warning("MemoryOvercommitted", $"{candidate.Definition.Memory} beside the {committed} that other VMs were given",
                $"has {candidate.Destination.Facts.Memory} in all", "Choose a host with less on it: should all use what they were given, some would be swapped out or killed.");
        }
    }

    private static string Needed(VmDefinition definition)
    {
        long ordinary = GuestMemory.OrdinaryBytes(definition);
        ByteSize overhead = GuestMemory.Overhead(definition);
        return ordinary == 0 ? $"{overhead} of memory beside its huge pages" : $"{new ByteSize(ordinary)} of memory and {overhead} for QEMU itself";
    }
}
