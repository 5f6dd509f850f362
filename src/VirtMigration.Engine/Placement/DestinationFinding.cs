namespace VirtMigration.Placement;

/// <summary>One thing that a check found about a host as a VM's destination.</summary>
/// <param name="Id">Stable identifier of the finding.</param>
/// <param name="Host">The host.</param>
/// <param name="Severity">What it means.</param>
/// <param name="Required">What the VM needs.</param>
/// <param name="Present">What the host has.</param>
/// <param name="Action">What can be done about it.</param>
public sealed record DestinationFinding(string Id, string Host, FindingSeverity Severity, string Required, string Present, string Action)
{
    /// <summary>In words: <c>h2: needs 64 GiB of memory, has 12 GiB available</c>.</summary>
    public override string ToString() => $"{Host}: needs {Required}, {Present}";
}
