namespace VirtMigration.Placement;

/// <summary>What to do about pins that do not fit a host.</summary>
internal static class PinWayOut
{
    /// <summary>An action; where other pins are to be had for the asking, with them before it.</summary>
    /// <param name="candidate">The VM and the host.</param>
    /// <param name="otherwise">What can be done besides.</param>
    public static string RemapOr(this DestinationCandidate candidate, string otherwise) =>
        candidate is { RemapPins: false, Remapping: { Verdict: PinRemappingVerdict.Remapped } remapping }
            ? $"-RemapPins gives it {PinText.Gives(remapping.After, candidate.Destination.Facts)}. Or: {char.ToLowerInvariant(otherwise[0])}{otherwise[1..]}"
            : otherwise;
}
