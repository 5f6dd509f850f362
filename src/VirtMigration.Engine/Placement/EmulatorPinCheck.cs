using VirtMigration.Inventory;

namespace VirtMigration.Placement;

/// <summary>Migration's threads run where the emulator's do: QEMU makes them later, and libvirt pins them to nothing of their own. So the
/// emulator wants a CPU a connection, apart from those of the vCPUs.</summary>
public sealed class EmulatorPinCheck : IDestinationCheck
{
    /// <inheritdoc/>
    public IEnumerable<DestinationFinding> Check(DestinationCandidate candidate)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        VmDefinition definition = candidate.Landing;
        return definition.EmulatorPin is IReadOnlyList<int> emulator ? Pinned(candidate, emulator)
            : definition.VCpuPins.Count > 0
                ? [candidate.Warning("EmulatorNotPinned", "CPUs for the emulator and for migration, apart from its pinned vCPUs'", "would run them on any CPU, the vCPUs' among them",
                    "Pin the emulator to CPUs of its own: virsh emulatorpin.")]
                : [];
    }

    private static IEnumerable<DestinationFinding> Pinned(DestinationCandidate candidate, IReadOnlyList<int> emulator)
    {
        // As many as the planner's own limit for an automatic number; the main connection carries little beside them.
        if (candidate.Plan?.Transfer.ParallelConnections is int connections && connections > emulator.Count)
        {
            yield return candidate.Warning("EmulatorCpusFew", $"{connections} CPUs for as many connections (the main one beside them)",
                $"may use {emulator.Count} for them: {IdText.Named("CPU", emulator)}", "Pin the emulator to more CPUs, or take fewer connections.");
        }

        IdSet vCpus = new();
        foreach (CpuPin pin in candidate.Landing.VCpuPins)
        {
            vCpus.Add(pin.Cpus);
        }

        IdSet shared = new();
        foreach (int cpu in emulator)
        {
            if (vCpus.Contains(cpu))
            {
                shared.Add(cpu);
            }
        }

        if (!shared.IsEmpty)
        {
            yield return candidate.Warning("EmulatorSharesVCpus", "CPUs for the emulator and for migration, apart from its pinned vCPUs'",
                $"would run both on {IdText.Named("CPU", shared.ToList())}", "Pin the emulator to CPUs of its own: virsh emulatorpin.");
        }
    }
}
