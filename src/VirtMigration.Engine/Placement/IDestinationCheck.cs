namespace VirtMigration.Placement;

/// <summary>One rule about destinations. A rule is one file in this folder.</summary>
public interface IDestinationCheck
{
    /// <summary>Everything that the rule finds; nothing where it has nothing to say.</summary>
    /// <param name="candidate">The VM and the host.</param>
    IEnumerable<DestinationFinding> Check(DestinationCandidate candidate);
}
