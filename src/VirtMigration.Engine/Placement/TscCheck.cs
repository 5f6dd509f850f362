using VirtMigration.Inventory;

namespace VirtMigration.Placement;

/// <summary>A guest that relies on its time stamp counter must find the same frequency, or a CPU that can scale it. 250 ppm apart is the
/// same, to libvirt (TSC_TOLERANCE, qemu_process.c) as to oVirt.</summary>
public sealed class TscCheck : IDestinationCheck
{
    private const long TolerancePerMillion = 250;

    /// <inheritdoc/>
    public IEnumerable<DestinationFinding> Check(DestinationCandidate candidate)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        VmCpu cpu = candidate.Definition.Cpu;
        return cpu.InvariantTsc || cpu.TscFrequency is not null ? Find(candidate, cpu) : [];
    }

    private static IEnumerable<DestinationFinding> Find(DestinationCandidate candidate, VmCpu cpu)
    {
        // "domain has 'invtsc' CPU feature but TSC frequency is not specified", code 55 (qemu_migration.c).
        if (cpu.TscFrequency is null)
        {
            yield return candidate.Blocker("TscFrequencyNotStated", "a stated TSC frequency, because it has invtsc",
                "cannot be held to one: the VM states none, and libvirt refuses to move it",
                $"State the frequency in the VM's definition (clock/timer name='tsc' frequency) and restart it{(candidate.Source.Facts.Cpu.TscFrequency is long own ? $"; {candidate.Source.Name}'s is {own}" : string.Empty)}.");
        }

        HostCpu host = candidate.Destination.Facts.Cpu;
        if ((cpu.TscFrequency ?? candidate.Source.Facts.Cpu.TscFrequency) is not long needed || host.TscScaling == true)
        {
            yield break;
        }

        if (host.TscFrequency is not long present)
        {
            yield return candidate.Warning("TscUnknown", $"a TSC of {needed} Hz", "does not tell its own, nor that it can scale it",
                $"See: {candidate.Virsh("capabilities")} (host/cpu/counter).");
        }
        else if (Math.Abs(present - needed) > needed * TolerancePerMillion / 1_000_000)
        {
            yield return host.TscScaling is null
                ? candidate.Warning("TscUnknown", $"a TSC of {needed} Hz", $"has {present} Hz and does not tell whether it can scale it: QEMU will try",
                    $"See: ssh {candidate.Destination.Name} grep -c tsc_scale /proc/cpuinfo (AMD; on Intel the kernel log tells).")
                : candidate.Blocker("TscFrequencyDiffers", $"a TSC of {needed} Hz", $"has {present} Hz and cannot scale it",
                    "Choose a host of the same frequency or one with TSC scaling.");
        }
    }
}
