using System.Xml.Linq;
using VirtMigration.Inventory;

namespace VirtMigration.Native.Xml;

/// <summary>Reads a VM's NUMA cells and what they are tied to (formatdomain, <c>cpu/numa</c> and <c>numatune</c>).</summary>
internal static class NumaXml
{
    /// <summary>The cells that the guest sees, by id.</summary>
    /// <param name="domain">The definition.</param>
    public static IReadOnlyList<VirtualNumaCell> Cells(XElement domain) =>
        [.. (domain.Element("cpu")?.Element("numa")?.Elements("cell") ?? []).Select(Cell).OrderBy(cell => cell.Id)];

    /// <summary>How memory is tied to the host's cells: all of it first, then cell by cell. What numad chooses
    /// (<c>placement='auto'</c>) ties nothing: it chooses again on the destination.</summary>
    /// <param name="domain">The definition.</param>
    public static IReadOnlyList<NumaBinding> Bindings(XElement domain)
    {
        XElement? numatune = domain.Element("numatune");
        return
        [
            .. (numatune?.Elements("memory") ?? [])
                .Where(memory => memory.Text("placement") != "auto" && memory.Text("nodeset") is not null)
                .Select(memory => Binding(memory, null)),
            .. (numatune?.Elements("memnode") ?? [])
                .Where(memnode => memnode.Text("nodeset") is not null)
                .Select(memnode => Binding(memnode, memnode.Number("cellid")))
                .OrderBy(binding => binding.VirtualCell),
        ];
    }

    /// <summary>A mode. Strict where none is stated; a mode of a newer libvirt is taken for the most demanding one.</summary>
    /// <param name="mode">libvirt's word for it.</param>
    public static NumaMode Mode(string? mode) => mode switch
    {
        "preferred" => NumaMode.Preferred,
        "interleave" => NumaMode.Interleave,
        "restrictive" => NumaMode.Restrictive,
        _ => NumaMode.Strict,
    };

    // A cell can have memory and no vCPUs.
    private static VirtualNumaCell Cell(XElement cell, int index) => new(
        cell.Number("id") ?? index,
        cell.Text("cpus") is { } cpus ? CpuSet.Parse(cpus) : [],
        ScaledMemory.Read(cell, "memory") ?? default);

    private static NumaBinding Binding(XElement element, int? cell) =>
        new(cell, Mode(element.Text("mode")), CpuSet.Parse(element.Text("nodeset")!));
}
