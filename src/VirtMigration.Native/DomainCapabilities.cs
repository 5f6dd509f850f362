namespace VirtMigration.Native;

/// <summary>What a host's QEMU can do for VMs of one machine type.</summary>
public sealed record DomainCapabilities
{
    /// <summary>The QEMU binary.</summary>
    public required string Emulator { get; init; }

    /// <summary>The architecture.</summary>
    public required string Architecture { get; init; }

    /// <summary>The machine type by its full name (<c>pc-q35-7.2</c>).</summary>
    public required string MachineType { get; init; }

    /// <summary>The most vCPUs a VM may have; null where libvirt does not tell.</summary>
    public int? MaxVCpus { get; init; }

    /// <summary>Whether a VM may be given the host's own CPU (needs KVM).</summary>
    public bool HostPassthrough { get; init; }

    /// <summary>The CPU models that the host's CPU can stand in for.</summary>
    public IReadOnlySet<string> CpuModels { get; init; } = new HashSet<string>();
}
