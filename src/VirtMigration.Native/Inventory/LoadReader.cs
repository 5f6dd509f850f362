using VirtMigration.Inventory;
using VirtMigration.Native.Connections;
using VirtMigration.Native.Domains;
using VirtMigration.Native.Interop;
using VirtMigration.Native.Xml;
using VirtMigration.Ports;

namespace VirtMigration.Native.Inventory;

/// <summary>Adds up what the VMs of a host take.</summary>
internal static class LoadReader
{
    /// <summary>Asks for the states of all active VMs in one call and for the definition of each in one more. Neither waits for a job
    /// or for QEMU's monitor (qemuDomainGetStatsWorkers, qemuDomainGetXMLDesc), so a QEMU that hangs counts like any other.</summary>
    /// <param name="connection">The connection.</param>
    public static HostLoad Read(LibvirtConnection connection)
    {
        using BulkStatistics statistics = BulkStatistics.Get(connection, Libvirt.StatsState, Libvirt.ListActive);
        LoadSum sum = new();
        for (int i = 0; i < statistics.Count; i++)
        {
            if (Load(statistics.Domain(i), connection) is { } load)
            {
                sum.Add(statistics.Uuid(i), load, IsIncoming(statistics.Record(i)));
            }
        }

        return sum.Total;
    }

    /// <summary>What one VM takes; null: it ended since the list was made.</summary>
    /// <param name="pointer">The VM, which stays the list's.</param>
    /// <param name="connection">The connection.</param>
    internal static DomainLoad? Load(nint pointer, LibvirtConnection connection)
    {
        _ = Libvirt.virDomainRef(pointer);
        using LibvirtDomain domain = new(new(pointer, connection.Handle), connection);
        try
        {
            return DomainXml.ReadLoad(domain.GetXml(0));
        }
        catch (HypervisorException error) when (error.Fault == HypervisorFault.VmNotFound)
        {
            return null;
        }
    }

    // By its state alone: to ask for its job could wait for QEMU. A VM that was stopped on its way out, so that its migration ends,
    // is paused for the same reason as one on its way in, and counts as coming for as long.
    private static bool IsIncoming(DomainRecord record) =>
        DomainState.SideOf(record.State, record.Reason) == MigrationDirection.Incoming;
}
