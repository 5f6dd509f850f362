namespace VirtMigration;

/// <summary>What kind of answer a hypervisor gave instead of success. The kinds are those the product decides on;
/// the table from libvirt's codes is in VirtMigration.Native.</summary>
public enum HypervisorFault
{
    /// <summary>Anything without a more precise kind; the text is the hypervisor's.</summary>
    Internal,

    /// <summary>The host could not be reached, or the connection broke.</summary>
    Unreachable,

    /// <summary>The host refused the login, or the connection is read-only.</summary>
    AccessDenied,

    /// <summary>The host has no such VM.</summary>
    VmNotFound,

    /// <summary>The VM or its job is not in a state for this call.</summary>
    InvalidState,

    /// <summary>The migration was not started so that it can be switched to post-copy.</summary>
    PostCopyNotEnabled,

    /// <summary>The job was aborted by somebody.</summary>
    Aborted,

    /// <summary>The daemon or QEMU refused a parameter or flag.</summary>
    ArgumentRejected,

    /// <summary>The library, daemon or QEMU lacks the call.</summary>
    NotSupported,

    /// <summary>The VM moved, but its definition could not be saved on the destination (libvirt code 69).</summary>
    MovedNotPersisted,

    /// <summary>The VM moved, but the destination could not hand back its record (libvirt code 93).</summary>
    MovedUnconfirmed,

    /// <summary>The migration would risk the disks' data (libvirt code 81).</summary>
    Unsafe,

    /// <summary>QEMU's locked-memory limit could not be raised, which zero-copy needs (libvirt code 38).</summary>
    MemoryLockRefused,

    /// <summary>The host did not answer within the bound.</summary>
    Timeout,

    /// <summary>The guest's agent is not there, or does not answer (libvirt code 86).</summary>
    GuestUnresponsive,

    /// <summary>libvirt itself is missing on this machine, or too old.</summary>
    LibraryMissing,
}
