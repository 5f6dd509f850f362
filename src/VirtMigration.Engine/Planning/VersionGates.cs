namespace VirtMigration.Planning;

/// <summary>From which versions on (and until which) a technique is there, with the source of each. The only place where a version is
/// stated; that a host is older than another is a check's.</summary>
internal static class VersionGates
{
    /// <summary>libvirt NEWS 5.2.0 (VIR_MIGRATE_PARALLEL); QEMU ChangeLog 4.0 (multifd no longer experimental).</summary>
    public static readonly VersionGate Parallel = new("parallel connections", new(5, 2), new(4, 0));

    /// <summary>libvirt NEWS 8.5.0 (VIR_MIGRATE_ZEROCOPY); QEMU ChangeLog 7.1 (zero-copy-send).</summary>
    public static readonly VersionGate ZeroCopy = new("zero-copy", new(8, 5), new(7, 1));

    /// <summary>QEMU ChangeLog 10.1 (multifd with post-copy); before it, 8.0 and later refuse it and 7.2 loses the VM at the switch
    /// (seen on libvirt 9.0).</summary>
    public static readonly VersionGate ParallelPostCopy = new("post-copy over parallel connections", new(5, 2), new(10, 1));

    /// <summary>libvirt NEWS 9.4.0 (zlib and zstd with parallel migration); QEMU ChangeLog 5.0 (multifd-compression).</summary>
    public static readonly VersionGate ParallelCompression = new("compression of parallel connections", new(9, 4), new(5, 0));

    /// <summary>libvirt NEWS 1.3.4 (compression mt); gone from QEMU 9.1 (docs/about/removed-features, compress capability).</summary>
    public static readonly VersionGate MultiThreadCompression = new("multi-thread compression", new(1, 3, 4), new(2, 4), GoneFromQemu: new(9, 1));

    /// <summary>libvirt NEWS 5.1.0 (VIR_MIGRATE_PARAM_BANDWIDTH_POSTCOPY); QEMU 3.0 (qapi/migration.json, max-postcopy-bandwidth).</summary>
    public static readonly VersionGate PostCopyBandwidth = new("a bandwidth of its own for post-copy", new(5, 1), new(3, 0));

    /// <summary>libvirt NEWS 11.1.0 (VIR_MIGRATE_PARAM_BANDWIDTH_AVAIL_SWITCHOVER); QEMU ChangeLog 8.2 (avail-switchover-bandwidth).</summary>
    public static readonly VersionGate SwitchoverParameter = new("a switchover bandwidth with the transfer", new(11, 1), new(8, 2));

    /// <summary>QEMU ChangeLog 8.2 (avail-switchover-bandwidth, of the source alone); libvirt 0.8.3 (virDomainQemuMonitorCommand).</summary>
    public static readonly VersionGate SwitchoverMonitor = new("a switchover bandwidth", new(0, 8, 3), new(8, 2));

    /// <summary>libvirt NEWS 3.2.0 (VIR_MIGRATE_TLS); QEMU ChangeLog 2.7 (TLS for migration).</summary>
    public static readonly VersionGate Tls = new("encryption", new(3, 2), new(2, 7));

    /// <summary>libvirt NEWS 6.0.0 (VIR_MIGRATE_PARAM_TLS_DESTINATION).</summary>
    public static readonly VersionGate TlsDestination = new("a certificate's name of its own", new(6, 0), new(2, 7));

    /// <summary>libvirt NEWS 1.3.3 (VIR_MIGRATE_POSTCOPY); QEMU ChangeLog 2.6 (post-copy no longer experimental).</summary>
    public static readonly VersionGate PostCopy = new("post-copy", new(1, 3, 3), new(2, 6));

    /// <summary>libvirt NEWS 8.5.0 (VIR_MIGRATE_POSTCOPY_RESUME, VIR_DOMAIN_ABORT_JOB_POSTCOPY); QEMU ChangeLog 3.0 (postcopy
    /// recovery).</summary>
    public static readonly VersionGate PostCopyRecovery = new("the recovery of a broken post-copy", new(8, 5), new(3, 0));

    /// <summary>QEMU 4.0: a disk's cache is dropped at the switch (drop-cache, on by default; qapi/block-core.json).</summary>
    public static readonly Version QemuDropsCache = new(4, 0);

    /// <summary>QEMU ChangeLog 8.1: the state of VFIO devices can be migrated, no longer as an experiment.</summary>
    public static readonly Version QemuMovesVfio = new(8, 1);

    /// <summary>libvirt 11.3 lets virtiofs move where its daemon knows how (qemuMigrationSrcIsAllowed, <c>migrate-precopy</c>); earlier ones that
    /// do may exist. QEMU ChangeLog 8.2 (vhost-user-fs migrates its daemon's state).</summary>
    public static readonly VersionGate Virtiofs = new("moving a virtiofs folder", new(11, 3), new(8, 2));

    /// <summary>libvirt 11.3: its daemon crashes when a broken post-copy migration to it is recovered (seen 5 of 5 times).</summary>
    public static readonly Version LibvirtRecoveryCrashes = new(11, 3);

    /// <summary>The first libvirt after <see cref="LibvirtRecoveryCrashes"/>.</summary>
    public static readonly Version LibvirtAfterRecoveryCrashes = new(11, 4);
}
