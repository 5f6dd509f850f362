using VirtMigration.Placement;

namespace VirtMigration.Readiness;

/// <summary>A VM can go only where its machine type is known: new ones are not on older hosts, very old ones no more on new hosts.</summary>
public sealed class MachineTypeCheck : IPairCheck
{
    private const int Shown = 4;

    /// <inheritdoc/>
    public IEnumerable<HostFinding> Check(HostPair pair)
    {
        ArgumentNullException.ThrowIfNull(pair);
        IReadOnlySet<string> source = pair.Source.Host.Facts.MachineTypes;
        IReadOnlySet<string> destination = pair.Destination.Host.Facts.MachineTypes;
        const string Needed = "machine types that both hosts know";
        if (source.Count == 0 || destination.Count == 0)
        {
            HostSubject silent = source.Count == 0 ? pair.Source : pair.Destination;
            yield return pair.Info("MachineTypesUnknown", Needed, $"{silent.Name} does not tell its own", $"See: {silent.Virsh("capabilities")} (guest/arch/machine).");
            yield break;
        }

        IReadOnlyList<MachineType> common = MachineType.NewestInCommon(source, destination);
        if (common.Count == 0)
        {
            yield return pair.Blocker("MachineTypesNone", Needed, "they have none in common", $"Update the older one of the two: {pair.Source.Name} has QEMU {Qemu(pair.Source)}, {pair.Destination.Name} {Qemu(pair.Destination)}.");
            yield break;
        }

        foreach (HostFinding finding in Missing(pair, common, [.. MachineType.Read(source.Except(destination))]))
        {
            yield return finding;
        }

        yield return pair.Info("MachineTypesInCommon", Needed, $"the newest are {string.Join(", ", common.Select(type => type.Name))}",
            "Give VMs that are to go both ways one of these, or an older one.");
    }

    private static IEnumerable<HostFinding> Missing(HostPair pair, IReadOnlyList<MachineType> common, IReadOnlyList<MachineType> missing)
    {
        if (missing.Count == 0)
        {
            yield break;
        }

        // Those that are newer are what VMs are made with today; those that are gone from a newer QEMU have been old for years.
        bool newer = missing.Any(type => common.Any(known => known.Family == type.Family && known.Version < type.Version));
        List<string> names = [.. missing.OrderByDescending(type => type.Version).ThenBy(type => type.Name, StringComparer.Ordinal).Select(type => type.Name)];
        string more = names.Count > Shown ? $" and {names.Count - Shown} more" : string.Empty;
        yield return new("MachineTypesMissing", pair.Source.Name, pair.Destination.Name, newer ? FindingSeverity.Warning : FindingSeverity.Info,
            $"{pair.Source.Name}'s machine types on {pair.Destination.Name} too", $"{pair.Destination.Name} does not know {string.Join(", ", names.Take(Shown))}{more}",
            newer ? "VMs with these cannot go there. Restart them with one that both hosts know, or update the host." : "VMs with these cannot go there. Restart them with a newer one.");
    }

    private static string Qemu(HostSubject host) => host.Host.Facts.HypervisorVersion?.ToString() ?? "of an unknown version";
}
