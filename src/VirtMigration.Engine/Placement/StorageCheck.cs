using VirtMigration.Inventory;

namespace VirtMigration.Placement;

/// <summary>Every disk must be the same on both hosts. What libvirt tells: pools, and of those on the network where they really are. That
/// a file or device is there, and is the same one, it does not.</summary>
public sealed class StorageCheck : IDestinationCheck
{
    /// <inheritdoc/>
    public IEnumerable<DestinationFinding> Check(DestinationCandidate candidate)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        return candidate.Definition.Disks.Count > 0 ? Find(candidate) : [];
    }

    private static IEnumerable<DestinationFinding> Find(DestinationCandidate candidate)
    {
        foreach (VmDisk disk in candidate.Definition.Disks)
        {
            // "migration with transient disk is not supported", code 55 (qemu_migration.c).
            if (disk.Transient)
            {
                yield return candidate.Blocker("DiskTransient", $"no transient disk, and {disk.Target} is one", "cannot take it: libvirt refuses to move it",
                    "Shut the VM off and start it there.");
            }

            if ((disk.Path is not null || disk.Pool is not null) && disk.Source != DiskSource.Network
                && (disk.Source == DiskSource.Volume ? Volume(candidate, disk) : Path(candidate, disk)) is DestinationFinding finding)
            {
                yield return finding;
            }
        }
    }

    private static DestinationFinding? Volume(DestinationCandidate candidate, VmDisk disk)
    {
        string required = $"volume {disk.Path} in pool {disk.Pool} ({disk.Target})";
        string command = candidate.Virsh($"vol-info --pool '{disk.Pool}' '{disk.Path}'");
        if (candidate.Surroundings.Pools is not IReadOnlyList<StoragePool> pools)
        {
            return candidate.Warning("StorageUnknown", required, "does not tell its pools", $"See: {command}.");
        }

        if (Named(pools, disk.Pool) is not StoragePool there)
        {
            return candidate.Blocker("StoragePoolMissing", required, "has no pool of that name", $"Define the pool there: {candidate.Virsh("pool-define FILE")}.");
        }

        if (!there.Active)
        {
            return candidate.Blocker("StoragePoolInactive", required, "has that pool, but not started", $"Start it: {candidate.Virsh($"pool-start '{disk.Pool}'")}.");
        }

        StoragePool? here = Named(candidate.SourceSurroundings.Pools ?? [], disk.Pool);
        return IsSame(here, there) ? null
            : there.Source is null
                ? candidate.Warning("StorageNotShared", required, $"has a pool of that name, but of type {there.Type} and on the host itself as far as it tells",
                    $"See whether it is the same volume on shared storage: {command}.")
                : here?.Source is null
                    ? candidate.Warning("StorageUnknown", required, $"has that pool at {there.Source}, and {candidate.Source.Name} does not tell where its own is", $"See: {command}.")
                    : Differs(candidate, required, here, there);
    }

    private static DestinationFinding? Path(DestinationCandidate candidate, VmDisk disk)
    {
        StoragePool? here = Around(candidate.SourceSurroundings.Pools, disk.Path);
        StoragePool? there = Around(candidate.Surroundings.Pools, disk.Path);
        return IsSame(here, there) && here!.Target == there!.Target ? null
            : here?.Source is not null && there?.Source is not null
                ? Differs(candidate, $"{disk.Path} ({disk.Target})", here, there)
                : candidate.Warning("StorageUnknown", $"{disk.Path} ({disk.Target}) on storage that both hosts share", "does not tell whether it has it",
                    $"See: ssh {candidate.Destination.Name} stat '{disk.Path}'.");
    }

    // A server can have two names, so it is no more than a warning.
    private static DestinationFinding Differs(DestinationCandidate candidate, string required, StoragePool here, StoragePool there) =>
        candidate.Warning("StorageDiffers", $"{required} at {here.Source} ({here.Type}), as on {candidate.Source.Name}", $"has that pool at {there.Source} ({there.Type})",
            "See whether both mean the same place; if not, the VM would find other data.");

    private static bool IsSame(StoragePool? here, StoragePool? there) =>
        here?.Source is not null && here.Source == there?.Source && here.Type == there.Type;

    private static StoragePool? Named(IReadOnlyList<StoragePool> pools, string? name)
    {
        foreach (StoragePool pool in pools)
        {
            if (pool.Name == name)
            {
                return pool;
            }
        }

        return null;
    }

    // The started pool that a path lies in, the innermost of several.
    private static StoragePool? Around(IReadOnlyList<StoragePool>? pools, string? path)
    {
        StoragePool? found = null;
        foreach (StoragePool pool in pools ?? [])
        {
            if (pool is { Active: true, Target: string target } && IsUnder(path, target) && target.Length > (found?.Target?.Length ?? 0))
            {
                found = pool;
            }
        }

        return found;
    }

    private static bool IsUnder(string? path, string folder)
    {
        ReadOnlySpan<char> trimmed = folder.AsSpan().TrimEnd('/');
        return path is not null && path.Length > trimmed.Length && path[trimmed.Length] == '/' && path.AsSpan().StartsWith(trimmed, StringComparison.Ordinal);
    }
}
