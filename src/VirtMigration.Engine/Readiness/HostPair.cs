using VirtMigration.Placement;

namespace VirtMigration.Readiness;

/// <summary>The way from one host that answered to another one.</summary>
/// <param name="Source">The host that sends.</param>
/// <param name="Destination">The host that receives.</param>
public sealed record HostPair(HostSubject Source, HostSubject Destination)
{
    /// <summary>What became of the VM that was sent to try the way; null: none was.</summary>
    public HostProbe? Probe { get; init; }

    /// <summary>Whether a probe says more about the way than that it could not be tried.</summary>
    internal bool Tried => Probe is { Outcome: not ProbeOutcome.NotStarted };

    internal HostFinding Blocker(string id, string required, string present, string action) =>
        new(id, Source.Name, Destination.Name, FindingSeverity.Blocker, required, present, action);

    internal HostFinding Warning(string id, string required, string present, string action) =>
        new(id, Source.Name, Destination.Name, FindingSeverity.Warning, required, present, action);

    internal HostFinding Info(string id, string required, string present, string action) =>
        new(id, Source.Name, Destination.Name, FindingSeverity.Info, required, present, action);

    /// <summary>The command that tries the way.</summary>
    internal string ProbeCommand => $"Test-VmHost {Source.Name} -Peer {Destination.Name} -Probe";
}
