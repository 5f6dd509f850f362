namespace VirtMigration.Readiness;

/// <summary>One rule about a host by itself. A rule is one file in this folder.</summary>
public interface IHostCheck
{
    /// <summary>Everything that the rule finds; nothing where it has nothing to say.</summary>
    /// <param name="subject">The host.</param>
    IEnumerable<HostFinding> Check(HostSubject subject);
}
