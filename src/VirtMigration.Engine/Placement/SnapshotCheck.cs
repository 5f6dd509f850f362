namespace VirtMigration.Placement;

/// <summary>libvirt refuses to move a VM with snapshots: "cannot migrate domain with %d snapshots", code 55 (qemu_migration.c).</summary>
public sealed class SnapshotCheck : IDestinationCheck
{
    /// <inheritdoc/>
    public IEnumerable<DestinationFinding> Check(DestinationCandidate candidate)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        int snapshots = candidate.Definition.Snapshots;
        return snapshots > 0
            ? [candidate.Blocker("Snapshots", $"no snapshots, and it has {snapshots}", "cannot take them: libvirt refuses to move them",
                "Delete them (virsh snapshot-delete; with --metadata the disk keeps what they hold).")]
            : [];
    }
}
