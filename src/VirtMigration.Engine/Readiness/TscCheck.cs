using VirtMigration.Inventory;

namespace VirtMigration.Readiness;

/// <summary>A guest that relies on its time stamp counter must find the same frequency, or a CPU that can scale it. 250 ppm apart is the
/// same to libvirt (TSC_TOLERANCE, qemu_process.c).</summary>
public sealed class TscCheck : IPairCheck
{
    private const long TolerancePerMillion = 250;

    /// <inheritdoc/>
    public IEnumerable<HostFinding> Check(HostPair pair)
    {
        ArgumentNullException.ThrowIfNull(pair);
        HostCpu destination = pair.Destination.Host.Facts.Cpu;
        if (destination.TscScaling == true)
        {
            return [];
        }

        string needed = $"the TSC frequency of {pair.Source.Name}, for VMs that rely on theirs (invtsc)";
        if (pair.Source.Host.Facts.Cpu.TscFrequency is not long own || destination.TscFrequency is not long there)
        {
            HostSubject silent = pair.Source.Host.Facts.Cpu.TscFrequency is null ? pair.Source : pair.Destination;
            return [pair.Info("TscUnknown", needed, $"{silent.Name} does not tell its own", $"See: {silent.Virsh("capabilities")} (host/cpu/counter).")];
        }

        return Math.Abs(there - own) <= own * TolerancePerMillion / 1_000_000
            ? []
            : [pair.Warning("TscFrequencyDiffers", $"{needed}: {own} Hz",
                $"{pair.Destination.Name} has {there} Hz and {(destination.TscScaling is null ? "does not tell whether it can scale it" : "cannot scale it")}",
                "Move such VMs between hosts of one frequency, or restart them without invtsc.")];
    }
}
