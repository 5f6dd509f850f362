using VirtMigration.Placement;
using VirtMigration.Planning;

namespace VirtMigration.Readiness;

/// <summary>The table of daemons and QEMUs that are known to be bad for migration, with what is known of each. Only what was seen is in
/// it: a release that is not here was not seen to do wrong, which is all that can be said.</summary>
internal static class KnownDefects
{
    /// <summary>Who is asked to recover a broken post-copy migration crashes instead. Seen 5 times of 5 on 11.3.0 as the destination of a
    /// recovery (POSTCOPY_RESUME); 9.0 and 12.8 recover.</summary>
    public static KnownDefect RecoveryCrashes { get; } = new(
        "PostCopyRecoveryCrashes", KnownDefect.Libvirt, VersionGates.LibvirtRecoveryCrashes, VersionGates.LibvirtAfterRecoveryCrashes, FindingSeverity.Warning,
        "its daemon crashes when a broken post-copy migration to it is recovered: the VM would be lost",
        "Update libvirt, or let VMs come without post-copy: -PostCopy Off, or a policy without it.");

    public static IReadOnlyList<KnownDefect> All { get; } =
    [
        RecoveryCrashes,

        // Seen on 11.3.0: virsh migrate --p2p --tunnelled --tls.
        new("TunnelledEncryptionCrashes", KnownDefect.Libvirt, new(11, 3), new(11, 4), FindingSeverity.Info,
            "its daemon crashes over a tunnelled peer-to-peer migration with TLS, which this product never asks for",
            "Update libvirt, or leave --tunnelled out of virsh migrate."),

        // Seen on libvirt 9.0 with QEMU 7.2: both QEMUs ended at the switch. The first QEMU that refuses the two together is 8.0.
        new("ParallelPostCopyLosesVm", KnownDefect.Qemu, new(7, 2), new(8, 0), FindingSeverity.Info,
            "it lets post-copy start over parallel connections and loses the VM at the switch; this product never asks for both there",
            "Update QEMU, or never use virsh migrate --parallel together with --postcopy."),

        // Seen on 7.2 with guests of type qemu: one move in two or three left pages behind; 10.0 was clean 40 times of 40.
        new("EmulationLosesPages", KnownDefect.Qemu, new(7, 2), new(7, 3), FindingSeverity.Info,
            "it loses memory that a guest writes while it moves, where the guest is emulated (type qemu); with KVM it does not",
            "Run guests with KVM, or update QEMU."),

        // Seen on 7.2: the process ends with a segmentation fault.
        new("DirtyBitmapCrashes", KnownDefect.Qemu, new(7, 2), new(7, 3), FindingSeverity.Info,
            "it crashes when the rate of an emulated guest's writes is measured by dirty bitmap, and the guest with it",
            "Measure by page sampling: virsh domdirtyrate-calc --mode page-sampling."),
    ];
}
