using VirtMigration.Inventory;

namespace VirtMigration.Readiness;

/// <summary>A guest with its host's own CPU (host-passthrough) needs all of its features on the other host. Guests with a CPU model need
/// less, and are looked at one by one (Test-MigrationDestination). So this never blocks.</summary>
public sealed class CpuCheck : IPairCheck
{
    /// <inheritdoc/>
    public IEnumerable<HostFinding> Check(HostPair pair)
    {
        ArgumentNullException.ThrowIfNull(pair);
        HostCpu source = pair.Source.Host.Facts.Cpu;
        HostCpu destination = pair.Destination.Host.Facts.Cpu;
        string needed = $"every CPU feature of {pair.Source.Name}, for VMs with host-passthrough";
        const string Action = "Give VMs that are to go there a CPU model that both hosts have (virsh hypervisor-cpu-baseline), instead of host-passthrough.";
        if (source.Vendor is not null && destination.Vendor is not null && source.Vendor != destination.Vendor)
        {
            return [pair.Warning("CpuVendorDiffers", needed, $"{pair.Destination.Name} has a CPU of {destination.Vendor}, {pair.Source.Name} one of {source.Vendor}", Action)];
        }

        if (source.Model is null || destination.Model is null)
        {
            HostSubject silent = source.Model is null ? pair.Source : pair.Destination;
            return [pair.Info("CpuUnknown", needed, $"{silent.Name} does not tell its CPU", $"See: ssh {silent.Name} lscpu.")];
        }

        // Features are told beside those of the model: only under the same model can the two lists be compared.
        if (source.Model != destination.Model)
        {
            return
            [
                pair.Warning("CpuModelDiffers", needed, $"{pair.Destination.Name} has {destination.Model}, {pair.Source.Name} {source.Model}: which features each includes is not told", Action),
            ];
        }

        List<string> missing = [.. source.Features.Except(destination.Features).Order(StringComparer.Ordinal)];
        return missing.Count == 0 ? [] : [pair.Warning("CpuFeaturesMissing", needed, $"{pair.Destination.Name} lacks {string.Join(", ", missing)}", Action)];
    }
}
