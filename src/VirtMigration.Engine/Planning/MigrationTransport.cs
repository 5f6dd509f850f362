namespace VirtMigration.Planning;

/// <summary>Who drives a transfer and how it travels. The last two are known only to be refused with the reason.</summary>
public enum MigrationTransport
{
    /// <summary>The source's daemon drives it; it outlives this shell.</summary>
    PeerToPeer,

    /// <summary>This shell drives it: if it dies, the VM stays. Pre-copy only.</summary>
    Attached,

    /// <summary>Through the daemons' own connection (virsh's --tunnelled): refused.</summary>
    Tunnelled,

    /// <summary>Over RDMA: refused.</summary>
    Rdma,
}
