namespace VirtMigration.Placement;

/// <summary>Both hosts must run the same driver, and it must be QEMU's: no other one migrates live here.</summary>
public sealed class HypervisorCheck : IDestinationCheck
{
    private const string Qemu = "QEMU";

    /// <inheritdoc/>
    public IEnumerable<DestinationFinding> Check(DestinationCandidate candidate)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        string hypervisor = candidate.Destination.Facts.Hypervisor;
        return hypervisor != Qemu
            ? [new("HypervisorNotQemu", candidate.Destination.Name, FindingSeverity.Blocker, "a QEMU/KVM host", $"runs the driver {hypervisor}",
                "Register the host with a qemu URI.")]
            : [];
    }
}
