namespace VirtMigration.Inventory;

/// <summary>How a VM's CPU is chosen (formatdomain, <c>cpu/@mode</c>).</summary>
public enum CpuMode
{
    /// <summary>QEMU's default model.</summary>
    Default,

    /// <summary>A named model with features.</summary>
    Custom,

    /// <summary>A named model made from the host's CPU when the VM started.</summary>
    HostModel,

    /// <summary>The host's own CPU, whatever it is.</summary>
    HostPassthrough,

    /// <summary>The most that the hypervisor can offer.</summary>
    Maximum,
}
