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

    /// <summary>Whether a technique is used.</summary>
    /// <param name="technique">The technique.</param>
    public bool Uses(MigrationTechniques technique) => (Techniques & technique) == technique;
}
