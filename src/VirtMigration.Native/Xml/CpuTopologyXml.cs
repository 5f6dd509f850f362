using System.Xml.Linq;
using VirtMigration.Inventory;

namespace VirtMigration.Native.Xml;

/// <summary>Reads an arrangement of CPUs, which capabilities and definitions write alike (<c>cpu/topology</c>).</summary>
internal static class CpuTopologyXml
{
    /// <summary>Reads it; null where there is none.</summary>
    /// <param name="topology">The element.</param>
    public static CpuTopology? Read(XElement? topology) => topology is null
        ? null
        : new(
            topology.Number("sockets") ?? 1,
            (topology.Number("dies") ?? 1) * (topology.Number("clusters") ?? 1) * (topology.Number("cores") ?? 1),
            topology.Number("threads") ?? 1);
}
