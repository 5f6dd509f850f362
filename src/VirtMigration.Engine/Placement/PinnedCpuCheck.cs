using VirtMigration.Inventory;

namespace VirtMigration.Placement;

/// <summary>Every CPU that a VM is pinned to must be online at the destination: the VM starts there with the same ids. CPUs that other
/// VMs' vCPUs are pinned to as well, or will be, are shared with them.</summary>
public sealed class PinnedCpuCheck : IDestinationCheck
{
    /// <inheritdoc/>
    public IEnumerable<DestinationFinding> Check(DestinationCandidate candidate)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        VmDefinition definition = candidate.Landing;
        return definition.VCpuPins.Count > 0 || definition.IoThreadPins.Count > 0 || definition.EmulatorPin is not null
            ? Find(candidate, Pinned(definition))
            : [];
    }

    private static IEnumerable<DestinationFinding> Find(DestinationCandidate candidate, IdSet pinned)
    {
        if (candidate.Destination.Facts.OnlineCpus.Count == 0)
        {
            yield return candidate.Warning("PinnedCpusUnknown", $"{Text(pinned)}, which it is pinned to", "does not tell which CPUs are online",
                $"See: {candidate.Virsh("nodecpumap")}.");
        }
        else if (Missing(candidate, pinned) is { IsEmpty: false } missing)
        {
            yield return candidate.Blocker("PinnedCpusMissing", $"{Text(pinned)}, which it is pinned to", $"has no {Text(missing)} online",
                candidate.RemapOr("Choose a host with these CPUs, or change the pins."));
        }

        if (candidate.Load is not HostLoad load)
        {
            yield return candidate.Warning("PinLoadUnknown", $"{Text(pinned)} for itself", "does not tell which CPUs other VMs are pinned to",
                $"See, for each of its VMs: {candidate.Virsh("vcpupin VM")}.");
            yield break;
        }

        IdSet? shared = null;
        int most = 0;
        foreach ((int cpu, _) in candidate.Reserved.Pins.Count == 0 ? load.Pins : load.Pins.Concat(candidate.Reserved.Pins))
        {
            int count = PinRoom.Taken(cpu, load, candidate.Reserved);
            if (count > 0 && pinned.Contains(cpu))
            {
                (shared ??= new()).Add(cpu);
                most = Math.Max(most, count);
            }
        }

        if (shared is not null)
        {
            yield return candidate.Warning("PinnedCpusShared", $"{Text(pinned)} for itself",
                $"has vCPUs of other VMs pinned to {shared.ToList().Count} of these {pinned.ToList().Count}: to {Text(shared)}, at most {most} to one",
                candidate.RemapOr("Choose a host where these CPUs are free, or change the pins."));
        }
    }

    private static IdSet Missing(DestinationCandidate candidate, IdSet pinned)
    {
        IdSet online = new();
        online.Add(candidate.Destination.Facts.OnlineCpus);
        return pinned.Without(online);
    }

    private static IdSet Pinned(VmDefinition definition)
    {
        IdSet ids = new();
        ids.Add(definition.EmulatorPin ?? []);
        foreach (CpuPin pin in definition.VCpuPins)
        {
            ids.Add(pin.Cpus);
        }

        foreach (CpuPin pin in definition.IoThreadPins)
        {
            ids.Add(pin.Cpus);
        }

        return ids;
    }

    private static string Text(IdSet cpus) => IdText.Named("CPU", cpus.ToList());
}
