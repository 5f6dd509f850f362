namespace VirtMigration.Placement;

/// <summary>The destination must be another host than the source, whatever its name: hosts are told apart by UUID.</summary>
public sealed class SameHostCheck : IDestinationCheck
{
    /// <inheritdoc/>
    public IEnumerable<DestinationFinding> Check(DestinationCandidate candidate)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        if (candidate.Source.Facts.Uuid != candidate.Destination.Facts.Uuid)
        {
            return [];
        }

        bool sameName = candidate.Source.Name.Equals(candidate.Destination.Name, StringComparison.OrdinalIgnoreCase);
        return
        [
            new("SameHost", candidate.Destination.Name, FindingSeverity.Blocker, $"another host than {candidate.Source.Name}",
                sameName ? "is where it is already" : $"has the same UUID {candidate.Destination.Facts.Uuid}",
                sameName ? "Choose another host." : "Register another host, or give cloned hosts a host_uuid of their own."),
        ];
    }
}
