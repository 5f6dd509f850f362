using VirtMigration.Inventory;
using VirtMigration.Native.Interop;
using VirtMigration.Native.Xml;

namespace VirtMigration.Native.Domains;

/// <summary>Its definition as the planner needs it.</summary>
internal sealed unsafe partial class LibvirtDomain
{
    /// <summary>What it is now. Three calls, none of which waits for a job or for QEMU's monitor (qemuDomainGetXMLDesc,
    /// qemuDomainSnapshotNum): a QEMU that hangs does not hold them up.</summary>
    public VmDefinition GetDefinition()
    {
        string text = GetXml(0);
        VmDefinition definition = DomainXml.Read(text);
        string? cpu = ComparableCpu.FromDefinition(GetMigratableXml() ?? text);
        return definition with { Cpu = definition.Cpu with { Text = cpu }, Snapshots = GetSnapshots() };
    }

    // Here the CPU is as the destination is told it: the one that QEMU was started with, in words that an older libvirt knows
    // (qemuDomainDefFormatBufInternal). Null: a connection that may only read (code 29), or a driver without it.
    private string? GetMigratableXml()
    {
        try
        {
            return GetXml(Libvirt.XmlMigratable | Libvirt.XmlUpdateCpu);
        }
        catch (HypervisorException error) when (error.Fault is not (HypervisorFault.VmNotFound or HypervisorFault.Unreachable))
        {
            return null;
        }
    }

    private int GetSnapshots()
    {
        int count = Libvirt.virDomainSnapshotNum(_handle, 0);
        if (count >= 0)
        {
            return count;
        }

        HypervisorException error = _connection.Error($"count the snapshots of VM {Name}");
        return error.Fault == HypervisorFault.NotSupported ? 0 : throw error;
    }
}
