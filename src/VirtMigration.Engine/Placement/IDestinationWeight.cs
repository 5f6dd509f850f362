namespace VirtMigration.Placement;

/// <summary>One respect in which destinations differ. A weight is one file in this folder.</summary>
public interface IDestinationWeight
{
    /// <summary>How well a host suits a VM.</summary>
    /// <param name="candidate">The VM and the host.</param>
    DestinationMerit Weigh(DestinationCandidate candidate);
}
