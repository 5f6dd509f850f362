namespace VirtMigration.Planning;

/// <summary>The techniques of one transfer. The values are libvirt's virDomainMigrateFlags (libvirt-domain.h, 8.5.0), so that a
/// plan can be compared with what <c>virsh migrate</c> does; only those the product uses are here.</summary>
[Flags]
public enum MigrationTechniques
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>The guest runs while its memory is sent.</summary>
    Live = 1 << 0,

    /// <summary>The source's daemon drives the migration; it outlives this shell.</summary>
    PeerToPeer = 1 << 1,

    /// <summary>The definition is kept on the destination.</summary>
    PersistDestination = 1 << 3,

    /// <summary>The definition is removed from the source, so that nobody boots a second copy there.</summary>
    UndefineSource = 1 << 4,

    /// <summary>A disk error during the migration aborts it.</summary>
    AbortOnError = 1 << 12,

    /// <summary>QEMU slows the vCPUs down when memory is written faster than it is sent.</summary>
    AutoConverge = 1 << 13,

    /// <summary>Post-copy may be switched to.</summary>
    PostCopy = 1 << 15,

    /// <summary>Memory is sent encrypted.</summary>
    Tls = 1 << 16,

    /// <summary>Memory is sent over several connections (multifd).</summary>
    Parallel = 1 << 17,

    /// <summary>A post-copy migration that broke is recovered over a new connection; only together with <see cref="PostCopy"/>.</summary>
    PostCopyResume = 1 << 19,

    /// <summary>Memory is sent without copying it into the kernel (MSG_ZEROCOPY).</summary>
    ZeroCopy = 1 << 20,

    /// <summary>Memory is compressed on its way, by the method that the transfer names.</summary>
    Compressed = 1 << 11,
}
