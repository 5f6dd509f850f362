using VirtMigration.Units;

namespace VirtMigration.Inventory;

/// <summary>A registered host with what it says about itself; null is what a host that does not answer cannot say.</summary>
public sealed record VmHost
{
    /// <summary>The registered name.</summary>
    public required string Name { get; init; }

    /// <summary>The cluster.</summary>
    public required string Cluster { get; init; }

    /// <summary>Whether it answers.</summary>
    public required HostState State { get; init; }

    /// <summary>Why it does not answer.</summary>
    public string? Reason { get; init; }

    /// <summary>How far its maintenance is: Planned, Evacuating, InMaintenance or BringingBack; null: it is in none, and none is
    /// planned.</summary>
    public string? Maintenance { get; init; }

    /// <summary>The host's own UUID.</summary>
    public Guid? Uuid { get; init; }

    /// <summary>The driver (<c>QEMU</c>).</summary>
    public string? Hypervisor { get; init; }

    /// <summary>The daemon's libvirt version.</summary>
    public string? LibvirtVersion { get; init; }

    /// <summary>The hypervisor's version (QEMU's).</summary>
    public string? HypervisorVersion { get; init; }

    /// <summary>Online CPUs (threads).</summary>
    public int? Threads { get; init; }

    /// <summary>All memory.</summary>
    public ByteSize? Memory { get; init; }

    /// <summary>Memory that is free or can be freed at once.</summary>
    public ByteSize? AvailableMemory { get; init; }

    /// <summary>NUMA cells.</summary>
    public int? NumaCells { get; init; }

    /// <summary>The speed of the migration link, stated or read; null: not known.</summary>
    public Bandwidth? LinkSpeed { get; init; }

    /// <summary>The URI by which this shell reaches it.</summary>
    public required string ConnectUri { get; init; }

    /// <summary>The URI by which other hosts' daemons reach it.</summary>
    public required string PeerUri { get; init; }

    /// <summary>The address memory is sent to; null: the host's own choice.</summary>
    public string? MigrationAddress { get; init; }

    /// <summary>The interface that carries migration.</summary>
    public string? MigrationInterface { get; init; }

    /// <summary>The name: what a host is called in messages.</summary>
    public override string ToString() => Name;
}
