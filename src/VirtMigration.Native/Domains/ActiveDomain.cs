using VirtMigration.Inventory;
using VirtMigration.Native.Connections;
using VirtMigration.Native.Interop;
using VirtMigration.Ports;

namespace VirtMigration.Native.Domains;

/// <summary>A VM that runs or is paused.</summary>
/// <param name="Uuid">The VM.</param>
/// <param name="Name">Its name there.</param>
/// <param name="State">Its state.</param>
/// <param name="Reason">Why it is in that state.</param>
internal sealed record ActiveDomain(Guid Uuid, string Name, VmPowerState State, VmStateReason Reason)
{
    /// <summary>All of a host, in one call that waits for none of them: the state is the one group of statistics that needs neither
    /// a VM's lock nor its monitor (qemuDomainGetStatsWorkers).</summary>
    /// <param name="connection">The connection.</param>
    public static IReadOnlyList<ActiveDomain> List(LibvirtConnection connection)
    {
        using BulkStatistics statistics = BulkStatistics.Get(connection, Libvirt.StatsState, Libvirt.ListActive);
        List<ActiveDomain> domains = new(statistics.Count);
        for (int i = 0; i < statistics.Count; i++)
        {
            DomainRecord record = statistics.Record(i);
            domains.Add(new(statistics.Uuid(i), statistics.Name(i), record.State, record.Reason));
        }

        return domains;
    }

    /// <summary>Its migration.</summary>
    /// <param name="host">The host that shows it.</param>
    /// <param name="side">The host's side.</param>
    /// <param name="counters">The counters, where there are any.</param>
    public ActiveMigration Migration(string host, MigrationDirection side, MigrationCounters? counters) =>
        new(host, Uuid, Name, side, counters) { Broken = Reason == VmStateReason.PostCopyFailed };

    /// <summary>Its migration as far as its state gives one away; null where it does not.</summary>
    /// <param name="host">The host that shows it.</param>
    public ActiveMigration? MigrationByState(string host) =>
        DomainState.SideOf(State, Reason) is { } side ? Migration(host, side, null) : null;
}
