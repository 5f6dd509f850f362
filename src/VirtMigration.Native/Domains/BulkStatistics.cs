using System.Runtime.InteropServices;
using VirtMigration.Native.Connections;
using VirtMigration.Native.Interop;

namespace VirtMigration.Native.Domains;

/// <summary>The statistics of all domains of a host, got in one call and held in libvirt's memory.</summary>
internal sealed unsafe class BulkStatistics : IDisposable
{
    private VirDomainStatsRecord** _records;

    private BulkStatistics(VirDomainStatsRecord** records, int count)
    {
        _records = records;
        Count = count;
    }

    /// <summary>How many domains there are.</summary>
    public int Count { get; }

    /// <summary>Asks a host.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="groups">The groups of statistics.</param>
    /// <param name="filter">Which domains; 0 is all.</param>
    public static BulkStatistics Get(LibvirtConnection connection, uint groups, uint filter = 0)
    {
        VirDomainStatsRecord** records;
        int count = connection.Check(
            Libvirt.virConnectGetAllDomainStats(connection.Handle, groups, &records, filter | Libvirt.StatsNoWait),
            "list its VMs");
        return new(records, count);
    }

    /// <summary>One domain's pointer; it belongs to this list.</summary>
    /// <param name="index">Which.</param>
    public nint Domain(int index) => _records[index]->Domain;

    /// <summary>One domain's statistics.</summary>
    /// <param name="index">Which.</param>
    public DomainRecord Record(int index) => DomainRecord.Read(_records[index]->Entries);

    /// <summary>One domain's name.</summary>
    /// <param name="index">Which.</param>
    public string Name(int index) => Marshal.PtrToStringUTF8(Libvirt.virDomainGetName(Domain(index))) ?? string.Empty;

    /// <summary>One domain's UUID.</summary>
    /// <param name="index">Which.</param>
    public Guid Uuid(int index) => DomainUuid.Of(Domain(index));

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_records != null)
        {
            Libvirt.virDomainStatsRecordListFree(_records);
            _records = null;
        }
    }
}
