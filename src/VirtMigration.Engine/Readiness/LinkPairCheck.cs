using VirtMigration.Units;

namespace VirtMigration.Readiness;

/// <summary>Of two links the slower one counts.</summary>
public sealed class LinkPairCheck : IPairCheck
{
    /// <inheritdoc/>
    public IEnumerable<HostFinding> Check(HostPair pair)
    {
        ArgumentNullException.ThrowIfNull(pair);
        return pair.Source.Host.LinkSpeed is Bandwidth from && pair.Destination.Host.LinkSpeed is Bandwidth to && from != to
            ? [pair.Info("LinkSpeedsDiffer", "two links of one speed, to use both in full", $"{pair.Source.Name} has {from}, {pair.Destination.Name} has {to}: {Bandwidth.Min(from, to)} counts",
                "Nothing need be done: plans go by the slower one.")]
            : [];
    }
}
