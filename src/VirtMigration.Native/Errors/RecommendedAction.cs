namespace VirtMigration.Native.Errors;

/// <summary>The way out of an error, as an instruction to the operator.</summary>
internal static class RecommendedAction
{
    /// <summary>The way out of one of libvirt's errors.</summary>
    /// <param name="fault">The error's kind.</param>
    /// <param name="error">The error.</param>
    public static string For(HypervisorFault fault, LibvirtError error) => (fault, error.Code) switch
    {
        (HypervisorFault.AccessDenied, ErrorCode.OperationDenied) =>
            "The connection may only read. Register the host with a URI that does not name libvirt-sock-ro.",
        (HypervisorFault.AccessDenied, ErrorCode.Tls) =>
            "Check the certificates on both sides: virt-pki-validate says what is wrong with them.",
        (HypervisorFault.InvalidState, ErrorCode.OperationTimeout) =>
            "Another operation holds the VM. Wait for it to end (virsh domjobinfo shows it), then repeat.",
        (HypervisorFault.ArgumentRejected, ErrorCode.CpuIncompatible) =>
            "The destination's CPU lacks what the guest uses. Choose another destination, or give the VM a CPU model both hosts have.",
        (HypervisorFault.ArgumentRejected, ErrorCode.NoConnect) => CheckUri,
        (HypervisorFault.ArgumentRejected, _) when error.Domain is ErrorDomain.Uri or ErrorDomain.Remote => CheckUri,
        _ => For(fault),
    };

    /// <summary>The way out of errors of a kind.</summary>
    /// <param name="fault">The kind.</param>
    public static string For(HypervisorFault fault) => fault switch
    {
        HypervisorFault.Unreachable =>
            "Check that the host is up, that its libvirtd or virtqemud listens, and that this address reaches it: virsh -c URI version.",
        HypervisorFault.Timeout =>
            "Check the host and the network to it: a firewall that drops packets looks like this. A change asked for may still happen.",
        HypervisorFault.AccessDenied =>
            "Use an account that libvirt accepts on that host (the libvirt group, an SSH key without a prompt, a client certificate).",
        HypervisorFault.VmNotFound => "Get-VM shows where the VM is now.",
        HypervisorFault.InvalidState => "Look at the VM's state with Get-VM and Get-VmMigration, then repeat.",
        HypervisorFault.PostCopyNotEnabled => "Start the migration with post-copy enabled: Start-VmLiveMigration -PostCopy Armed.",
        HypervisorFault.Aborted => "The VM stayed where it was. Somebody stopped it; start it again when it suits.",
        HypervisorFault.ArgumentRejected =>
            "Leave out the setting that the message names, or update libvirt and QEMU on the host that refused it.",
        HypervisorFault.NotSupported => "Update libvirt and QEMU on that host, or do without this call.",
        HypervisorFault.MovedNotPersisted =>
            "The VM runs on the destination. Define it there: virsh dumpxml NAME > vm.xml, then virsh define vm.xml.",
        HypervisorFault.MovedUnconfirmed => "The VM runs on the destination: Get-VM shows it there.",
        HypervisorFault.Unsafe => "Put the VM's disks on shared storage with cache='none', or copy them along.",
        HypervisorFault.MemoryLockRefused =>
            "Migrate without zero-copy, or raise the VM's memtune/hard_limit above its memory, or LimitMEMLOCK of the daemon's service.",
        HypervisorFault.GuestUnresponsive => "See to it that the guest agent runs in the guest, and answers: virsh qemu-agent-command.",
        HypervisorFault.LibraryMissing => "Install libvirt's client library (libvirt0, libvirt-libs).",
        _ => "The text is the hypervisor's own; its log on the host (journalctl -u libvirtd, /var/log/libvirt/qemu) says more.",
    };

    private const string CheckUri =
        "Correct the host's URI: DRIVER[+TRANSPORT]://[USER@]HOST[:PORT]/PATH, as qemu+ssh://root@h1/system or qemu+tls://h1/system.";
}
