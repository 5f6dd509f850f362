namespace VirtMigration.Readiness;

/// <summary>In post-copy the destination's QEMU fetches the memory that the guest touches (userfaultfd). Whether its kernel lets it,
/// libvirt does not tell.</summary>
public sealed class UserfaultfdCheck : IHostCheck
{
    /// <inheritdoc/>
    public IEnumerable<HostFinding> Check(HostSubject subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        return
        [
            subject.Info("UserfaultfdUnknown", "userfaultfd for QEMU, where VMs come to it by post-copy", "does not tell whether its kernel lets QEMU use it",
                $"See: ssh {subject.Name} sysctl vm.unprivileged_userfaultfd (1, or QEMU runs as root or may open /dev/userfaultfd)."),
        ];
    }
}
