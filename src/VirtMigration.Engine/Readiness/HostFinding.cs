using VirtMigration.Placement;

namespace VirtMigration.Readiness;

/// <summary>One thing that a check found about a host, or about the way from one host to another.</summary>
/// <param name="Id">Stable identifier of the finding. What nobody can tell over a connection has one that ends in Unknown.</param>
/// <param name="Host">The host; of a pair, the one that sends.</param>
/// <param name="Peer">The host that receives; null: the finding is about the host alone.</param>
/// <param name="Severity">What it means.</param>
/// <param name="Required">What migration needs.</param>
/// <param name="Present">What is there.</param>
/// <param name="Action">What can be done about it, or the command that tells.</param>
public sealed record HostFinding(string Id, string Host, string? Peer, FindingSeverity Severity, string Required, string Present, string Action)
{
    /// <summary>In words: <c>h1 -&gt; h2: needs another host than h1, h2 has the same UUID</c>.</summary>
    public override string ToString() => $"{Host}{(Peer is null ? string.Empty : $" -> {Peer}")}: needs {Required}, {Present}";
}
