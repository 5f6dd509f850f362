namespace VirtMigration.Placement;

/// <summary>Where pins are rewritten if they do not fit: what they become, what that costs, and whether it can be done at all.</summary>
public sealed class PinRemapCheck : IDestinationCheck
{
    /// <inheritdoc/>
    public IEnumerable<DestinationFinding> Check(DestinationCandidate candidate)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        return candidate is { RemapPins: true, Remapping: PinRemapping remapping } && (remapping.Verdict != PinRemappingVerdict.Kept || remapping.Losses.Count > 0) ? Find(candidate, remapping) : [];
    }

    private static IEnumerable<DestinationFinding> Find(DestinationCandidate candidate, PinRemapping remapping)
    {
        string required = $"pins as on {candidate.Source.Name} ({remapping.Before})";
        switch (remapping.Verdict)
        {
            case PinRemappingVerdict.Remapped:
                yield return candidate.Info("PinsRemapped", required, $"gives it others: {remapping.After} ({string.Join("; ", remapping.Reasons)})",
                    "Nothing: the VM gets these, running and stored. The plan shows old and new pins.");
                break;
            case PinRemappingVerdict.Impossible:
                yield return candidate.Blocker("PinsNotRemappable", required, $"cannot give it others: {string.Join("; ", remapping.Reasons)}",
                    "Choose another host, or tie the VM to less.");
                break;
            case PinRemappingVerdict.NotDecided:
                yield return candidate.Warning("PinsNotDecided", required, $"leaves it open whether others are to be had, so they stay: {string.Join("; ", remapping.Reasons)}",
                    $"See: {candidate.Virsh("capabilities")} and {candidate.Virsh("freepages --all")}.");
                break;
            default:
                break;
        }

        foreach (string loss in remapping.Losses)
        {
            yield return candidate.Warning("PinsLessGood", required, loss, "Choose a host where the pins find all they had, or accept it.");
        }
    }
}
