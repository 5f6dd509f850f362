namespace VirtMigration.Readiness;

/// <summary>Only QEMU's driver migrates live here.</summary>
public sealed class DriverCheck : IHostCheck
{
    private const string Qemu = "QEMU";

    /// <inheritdoc/>
    public IEnumerable<HostFinding> Check(HostSubject subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        string driver = subject.Host.Facts.Hypervisor;
        return driver == Qemu
            ? []
            : [subject.Blocker("HypervisorNotQemu", "a QEMU/KVM host", $"runs the driver {driver}", "Register the host with a qemu URI.")];
    }
}
