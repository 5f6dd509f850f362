namespace VirtMigration.Readiness;

/// <summary>One rule about the way from one host to another. A rule is one file in this folder.</summary>
public interface IPairCheck
{
    /// <summary>Everything that the rule finds; nothing where it has nothing to say.</summary>
    /// <param name="pair">The two hosts.</param>
    IEnumerable<HostFinding> Check(HostPair pair);
}
