using VirtMigration.Inventory;

namespace VirtMigration.Planning;

/// <summary>The versions that have one technique.</summary>
/// <param name="Technique">The technique, in words.</param>
/// <param name="Libvirt">The first libvirt that has it.</param>
/// <param name="Qemu">The first QEMU that has it.</param>
/// <param name="GoneFromQemu">The first QEMU that has it no more; null: it stays.</param>
internal sealed record VersionGate(string Technique, Version Libvirt, Version Qemu, Version? GoneFromQemu = null)
{
    /// <summary>Why the technique is not to be had between two hosts; null: it is.</summary>
    public string? Missing(HostInventory source, HostInventory destination) => MissingOn(source) ?? MissingOn(destination);

    /// <summary>Why a host does not have it; null: it has.</summary>
    public string? MissingOn(HostInventory host)
    {
        HostFacts facts = host.Facts;
        return facts.LibvirtVersion < Libvirt ? $"{Technique} needs libvirt {Libvirt}, {host.Name} has {facts.LibvirtVersion}"
            : facts.HypervisorVersion is not Version qemu || qemu < Qemu ? $"{Technique} needs QEMU {Qemu}, {host.Name} has {facts.HypervisorVersion?.ToString() ?? "one of an unknown version"}"
            : GoneFromQemu is Version gone && qemu >= gone ? $"{Technique} is gone from QEMU {gone}, {host.Name} has {qemu}"
            : null;
    }
}
