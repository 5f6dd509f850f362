using System.Globalization;
using System.Text;

namespace VirtMigration.UnitTests.Native;

/// <summary>Hosts of many shapes, as libvirt describes them (virCapabilitiesFormatHostXML; the rest of the document is that of a real
/// one). The CPUs go round the cells, first all first threads, then all second ones, as Linux numbers them on Intel.</summary>
internal sealed record HostShape
{
    public IReadOnlyList<int> Cells { get; init; } = [0];

    public int CellsPerSocket { get; init; } = 1;

    public int CoresPerCell { get; init; } = 4;

    public int Threads { get; init; } = 2;

    public IReadOnlySet<int> Offline { get; init; } = new HashSet<int>();

    /// <summary>Huge pages of 2 MiB and of 1 GiB in each cell.</summary>
    public (int Mebi2, int Gibi1) HugePages { get; init; }

    private int Cores => Cells.Count * CoresPerCell;

    public static HostShape Of(int cells, int threads) => new() { Cells = [.. Enumerable.Range(0, cells)], Threads = threads };

    public IReadOnlyList<int> CpusOf(int index) =>
        [.. Enumerable.Range(0, Threads).SelectMany(thread => Enumerable.Range(0, CoresPerCell).Select(core => Cpu(index, core, thread)))];

    public string ToXml() => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        <capabilities>
          <host>
            <uuid>6c616200-0000-4000-8000-000000000011</uuid>
            <cpu>
              <arch>x86_64</arch>
              <model>Cascadelake-Server-noTSX</model>
              <vendor>Intel</vendor>
              <microcode version='83898371'/>
              <signature family='6' model='85' stepping='7'/>
              <counter name='tsc' frequency='2593907000' scaling='yes'/>
              <topology sockets='1' dies='1' cores='{CoresPerCell}' threads='{Threads}'/>
              <maxphysaddr mode='emulate' bits='46'/>
              <feature name='vmx'/>
              <feature name='invtsc'/>
              <pages unit='KiB' size='4'/>
              <pages unit='KiB' size='2048'/>
              <pages unit='KiB' size='1048576'/>
            </cpu>
            <power_management/>
            <iommu support='yes'/>
            <topology>
              <cells num='{Cells.Count}'>{string.Concat(Cells.Select(Cell))}
              </cells>
            </topology>
          </host>
          <guest>
            <os_type>hvm</os_type>
            <arch name='x86_64'><machine maxCpus='288' canonical='pc-q35-7.2'>q35</machine></arch>
          </guest>
        </capabilities>
        """);

    private static string Sibling(int cell, int distance) => $"<sibling id='{cell}' value='{distance}'/>";

    private int Cpu(int index, int core, int thread) => (thread * Cores) + (core * Cells.Count) + index;

    private string Cell(int id, int index)
    {
        StringBuilder text = new();
        _ = text.Append(
            CultureInfo.InvariantCulture,
            $"""

                    <cell id='{id}'>
                      <memory unit='KiB'>65843204</memory>
                      <pages unit='KiB' size='4'>16460801</pages>
                      <pages unit='KiB' size='2048'>{HugePages.Mebi2}</pages>
                      <pages unit='KiB' size='1048576'>{HugePages.Gibi1}</pages>
                      <distances>{string.Concat(Cells.Select(other => Sibling(other, other == id ? 10 : 21)))}</distances>
                      <cpus num='{CoresPerCell * Threads}'>
            """);
        for (int thread = 0; thread < Threads; thread++)
        {
            for (int core = 0; core < CoresPerCell; core++)
            {
                int cpu = Cpu(index, core, thread);
                int socket = index / CellsPerSocket;
                string siblings = string.Join(
                    ',',
                    Enumerable.Range(0, Threads).Select(other => Cpu(index, core, other)).Where(other => !Offline.Contains(other)));
                _ = text.Append(Offline.Contains(cpu)
                    ? $"<cpu id='{cpu}'/>"
                    : $"<cpu id='{cpu}' socket_id='{socket}' die_id='0' core_id='{core}' siblings='{siblings}'/>");
            }
        }

        return text.Append("</cpus></cell>").ToString();
    }
}
