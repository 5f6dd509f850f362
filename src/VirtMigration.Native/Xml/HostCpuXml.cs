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

    // The sockets of <topology> are those of one cell, and 1 wherever cells do not fit them (virNodeInfo, libvirt-host.h), and there
    // the cores are those of one cell too. Only the CPUs themselves tell a host of 2 sockets from one of 2 cells in 1 socket. A CPU
    // that is offline has its number alone.
    private static CpuTopology? FromCells(XElement? host)
    {
        List<XElement> cpus =
        [
            .. (host?.Element("topology")?.Element("cells")?.Elements("cell") ?? [])
                .SelectMany(cell => cell.Element("cpus")?.Elements("cpu") ?? [])
                .Where(cpu => cpu.Text("socket_id") is not null && cpu.Text("siblings") is not null),
        ];
        if (cpus.Count == 0)
        {
            return null;
        }

        int sockets = cpus.Select(cpu => cpu.Text("socket_id")).Distinct().Count();
        List<IReadOnlyList<int>> cores = [.. cpus.Select(cpu => cpu.Text("siblings")!).Distinct().Select(CpuSet.Parse)];
        return new(sockets, (cores.Count + sockets - 1) / sockets, cores.Max(core => core.Count));
    }
}
