using VirtMigration.Inventory;

namespace VirtMigration.Placement;

/// <summary>Pins and NUMA bindings that mean the same there: the same CPUs exist, in cells of the same numbers. It counts more than all
/// others together, since without it the guest's memory becomes remote. Pins that are rewritten come next, the fewer losses the better:
/// they are local too, but the VM's definition changes.</summary>
public sealed class PinWeight : IDestinationWeight
{
    private const int Rewritten = 80;
    private const int Loss = 15;
    private const int Least = 10;

    /// <inheritdoc/>
    public DestinationMerit Weigh(DestinationCandidate candidate)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        VmDefinition vm = candidate.Landing;
        if (vm.VCpuPins.Count == 0 && vm.NumaBindings.Count == 0)
        {
            return Merit(100, "nothing is pinned");
        }

        if (candidate is { RemapPins: true, Remapping: { Verdict: PinRemappingVerdict.Remapped } remapping })
        {
            return Merit(Math.Max(Least, Rewritten - (Loss * remapping.Losses.Count)),
                $"it gets other pins ({string.Join("; ", remapping.Reasons)}){(remapping.Losses.Count == 0 ? string.Empty : $", and then {string.Join("; ", remapping.Losses)}")}");
        }

        foreach (CpuPin pin in vm.VCpuPins)
        {
            foreach (int cpu in pin.Cpus)
            {
                if (CellOf(candidate.Source, cpu) is not int cell || CellOf(candidate.Destination, cpu) != cell)
                {
                    return Merit(0, $"CPU {cpu} is not in the cell it is in on {candidate.Source.Name}");
                }
            }
        }

        foreach (NumaBinding binding in vm.NumaBindings)
        {
            foreach (int cell in binding.HostCells)
            {
                if (!candidate.Destination.Facts.Cells.Any(one => one.Id == cell))
                {
                    return Merit(0, $"there is no cell {cell}");
                }
            }
        }

        return Merit(100, "its CPUs are in the same cells there");
    }

    private static int? CellOf(Planning.HostInventory host, int cpu)
    {
        foreach (NumaCell cell in host.Facts.Cells)
        {
            if (cell.Cpus.Contains(cpu))
            {
                return cell.Id;
            }
        }

        return null;
    }

    private static DestinationMerit Merit(int points, string reason) => new("Pins", points, 50, reason);
}
