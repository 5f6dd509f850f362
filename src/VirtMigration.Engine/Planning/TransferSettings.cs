using VirtMigration.Options;
using VirtMigration.Placement;
using VirtMigration.Units;

namespace VirtMigration.Planning;

/// <summary>Everything that is handed to the hypervisor for one transfer.</summary>
public sealed record TransferSettings
{
    /// <summary>The techniques.</summary>
    public required MigrationTechniques Techniques { get; init; }

    /// <summary>The destination's libvirt URI as the source's daemon (or this shell, where the migration is attached) uses it.</summary>
    public required string DestinationUri { get; init; }

    /// <summary>Where memory is sent to, <c>tcp://address</c>; null: the destination's own <c>migration_host</c> decides.</summary>
    public string? MigrationUri { get; init; }

    /// <summary>The most that may be sent, always stated: an absent value would mean what an earlier migrate-setspeed left.</summary>
    public required Bandwidth Bandwidth { get; init; }

    /// <summary>How many parallel connections (2 to 255, QEMU's multifd-channels); null: one plain stream.</summary>
    public int? ParallelConnections { get; init; }

    /// <summary>The bandwidth QEMU may count on when it decides to switch over, where the daemon is told with the transfer; null: QEMU
    /// estimates, or was told through its monitor (<see cref="MigrationPlan.MonitorSwitchoverBandwidth"/>).</summary>
    public Bandwidth? SwitchoverBandwidth { get; init; }

    /// <summary>The most that may be sent once the guest runs on the destination; null: as much as the link carries (QEMU's own).</summary>
    public Bandwidth? PostCopyBandwidth { get; init; }

    /// <summary>The method with <see cref="MigrationTechniques.Compressed"/>.</summary>
    public CompressionMethod Compression { get; init; }

    /// <summary>The cache of XBZRLE, a power of two; null: QEMU's own 64 MiB (migration/options.c).</summary>
    public ByteSize? XbzrleCache { get; init; }

    /// <summary>How much auto-converge slows the vCPUs down first, in percent, 1 to 99; null: QEMU's own 20.</summary>
    public int? AutoConvergeInitial { get; init; }

    /// <summary>How much more it slows them down each time, in percent, 1 to 99; null: QEMU's own 10.</summary>
    public int? AutoConvergeIncrement { get; init; }

    /// <summary>The name in the destination's certificate; null: the name that the destination is reached by.</summary>
    public string? TlsDestination { get; init; }

    /// <summary>The pins that the VM has on the destination, running and stored; null: those that it has on the source.</summary>
    public PinLayout? Pins { get; init; }

    /// <summary>Whether a technique is used.</summary>
    /// <param name="technique">The technique.</param>
    public bool Uses(MigrationTechniques technique) => (Techniques & technique) == technique;
}
