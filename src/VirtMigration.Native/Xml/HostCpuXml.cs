using System.Globalization;
using System.Xml.Linq;
using VirtMigration.Inventory;

namespace VirtMigration.Native.Xml;

/// <summary>Reads a host's CPU among its capabilities (formatcaps, <c>host/cpu</c>).</summary>
internal static class HostCpuXml
{
    /// <summary>Reads it.</summary>
    /// <param name="host">The capabilities' part on the host; null: it has none.</param>
    public static HostCpu Read(XElement? host)
    {
        XElement? cpu = host?.Element("cpu");
        XElement? tsc = cpu?.Elements("counter").FirstOrDefault(counter => counter.Text("name") == "tsc");
        return new HostCpu
        {
            Model = cpu?.Element("model")?.Value,
            Vendor = cpu?.Element("vendor")?.Value,
            Features = (cpu?.Elements("feature") ?? [])
                .Select(feature => feature.Text("name"))
                .OfType<string>()
                .ToHashSet(StringComparer.Ordinal),
            TscFrequency = long.TryParse(tsc.Text("frequency"), NumberStyles.None, CultureInfo.InvariantCulture, out long hertz)
                ? hertz
                : null,
            TscScaling = tsc.Text("scaling") switch { "yes" => true, "no" => false, _ => null },
            Topology = FromCells(host) ?? CpuTopologyXml.Read(cpu?.Element("topology")),
        };
    }

    /// <summary>The host's CPUs core by core: the ids that share a core, by the lowest of them. A CPU that is offline has its number
    /// alone and is in none; empty where the host does not tell.</summary>
    /// <param name="host">The capabilities' part on the host; null: it has none.</param>
    public static IReadOnlyList<IReadOnlyList<int>> Cores(XElement? host) =>
        [.. OnlineCpus(host).Select(cpu => cpu.Text("siblings")!).Distinct().Select(CpuSet.Parse).OrderBy(core => core[0])];

    // The sockets of <topology> are those of one cell, and 1 wherever cells do not fit them (virNodeInfo, libvirt-host.h), and there
    // the cores are those of one cell too. Only the CPUs themselves tell a host of 2 sockets from one of 2 cells in 1 socket.
    private static CpuTopology? FromCells(XElement? host)
    {
        int sockets = OnlineCpus(host).Select(cpu => cpu.Text("socket_id")).Distinct().Count();
        if (sockets == 0)
        {
            return null;
        }

        IReadOnlyList<IReadOnlyList<int>> cores = Cores(host);
        return new(sockets, (cores.Count + sockets - 1) / sockets, cores.Max(core => core.Count));
    }

    private static IEnumerable<XElement> OnlineCpus(XElement? host) =>
        (host?.Element("topology")?.Element("cells")?.Elements("cell") ?? [])
            .SelectMany(cell => cell.Element("cpus")?.Elements("cpu") ?? [])
            .Where(cpu => cpu.Text("socket_id") is not null && cpu.Text("siblings") is not null);
}
