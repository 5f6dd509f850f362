using VirtMigration.Inventory;

namespace VirtMigration.Planning;

/// <summary>From which versions on both hosts a technique is there. The only place where versions are compared.</summary>
internal static class VersionGates
{
    // libvirt NEWS 5.2.0 (VIR_MIGRATE_PARALLEL); QEMU ChangeLog 4.0 (multifd no longer experimental).
    private static readonly Gate s_parallel = new("parallel connections", new(5, 2), new(4, 0));

    // libvirt NEWS 8.5.0 (VIR_MIGRATE_ZEROCOPY); QEMU ChangeLog 7.1 (zero-copy-send).
    private static readonly Gate s_zeroCopy = new("zero-copy", new(8, 5), new(7, 1));

    /// <summary>Why parallel connections are not to be had between two hosts; null if they are.</summary>
    public static string? ParallelMissing(HostInventory source, HostInventory destination) => s_parallel.Missing(source, destination);

    /// <summary>Why zero-copy is not to be had between two hosts; null if it is.</summary>
    public static string? ZeroCopyMissing(HostInventory source, HostInventory destination) => s_zeroCopy.Missing(source, destination);

    private sealed record Gate(string Technique, Version Libvirt, Version Qemu)
    {
        public string? Missing(HostInventory source, HostInventory destination) => MissingOn(source) ?? MissingOn(destination);

        private string? MissingOn(HostInventory host)
        {
            HostFacts facts = host.Facts;
            return facts.LibvirtVersion < Libvirt
                ? $"{Technique} needs libvirt {Libvirt}, {host.Name} has {facts.LibvirtVersion}"
                : facts.HypervisorVersion < Qemu
                    ? $"{Technique} needs QEMU {Qemu}, {host.Name} has {facts.HypervisorVersion?.ToString() ?? "one of an unknown version"}"
                    : null;
        }
    }
}
