using VirtMigration.Inventory;
using VirtMigration.Native.Connections;
using VirtMigration.Native.Errors;
using VirtMigration.Native.Interop;
using VirtMigration.Native.Xml;

namespace VirtMigration.Native.Inventory;

/// <summary>Asks a host whether a VM's CPU can run there.</summary>
internal static class CpuCheck
{
    /// <summary>Asks its default QEMU for the VM's architecture, for KVM or emulation as the VM uses it. What cannot be told, and by
    /// whom, is an answer too.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="cpu">The CPU.</param>
    /// <param name="architecture">The VM's architecture.</param>
    /// <param name="machineType">The VM's machine type.</param>
    public static CpuComparison Compare(LibvirtConnection connection, VmCpu cpu, string architecture, string machineType)
    {
        if (cpu.Text is null)
        {
            return new(null, "the VM's definition states no CPU");
        }

        try
        {
            OptionalFunctions.Require(nameof(Libvirt.virConnectCompareHypervisorCPU));
        }
        catch (HypervisorException missing) when (missing.Fault == HypervisorFault.NotSupported)
        {
            return new(null, missing.Message);
        }

        ComparableCpu text = ComparableCpu.Read(cpu.Text);
        int result = Libvirt.virConnectCompareHypervisorCPU(
            connection.Handle,
            null,
            architecture.Length > 0 ? architecture : null,
            machineType.Length > 0 ? machineType : null,
            text.VirtualisationType,
            text.Cpu,
            Libvirt.CompareCpuFailIncompatible);
        if (result >= 0)
        {
            return Answer(result, cpu.Mode);
        }

        LibvirtError error = LibvirtError.Last();
        return Answer(error) ?? throw error.ToException(connection.Host, "compare a VM's CPU with its own");
    }

    /// <summary>What a result means. A CPU without a model is compared by the features it names alone, usually none, and so would fit
    /// everywhere (x86Compute).</summary>
    /// <param name="result">The result (virCPUCompareResult).</param>
    /// <param name="mode">How the CPU is chosen.</param>
    internal static CpuComparison Answer(int result, CpuMode mode) => (result, mode) switch
    {
        (Libvirt.CpuIncompatible, _) => new(false, "the hypervisor calls it incompatible, without a reason"),
        (_, CpuMode.HostPassthrough or CpuMode.Maximum) =>
            new(null, "it is whatever its host has, without a model that the hypervisor could compare"),
        _ => new(true, null),
    };

    /// <summary>What an error means; null: the host cannot be reached. That a host has no such machine type or accelerator is code 8,
    /// "invalid argument" (virQEMUCapsCacheLookupDefault). All else it cannot tell: over a connection that may only read (29), of a
    /// model that its libvirt does not know (1), with no emulator for the architecture (67), of an architecture whose CPUs libvirt does
    /// not compare (84), without the call (3).</summary>
    /// <param name="error">The error.</param>
    internal static CpuComparison? Answer(LibvirtError error) => error.Code switch
    {
        ErrorCode.CpuIncompatible or ErrorCode.InvalidArgument => new(false, error.Message),
        _ when FaultTable.Classify(error) == HypervisorFault.Unreachable => null,
        _ => new(null, error.Message),
    };
}
