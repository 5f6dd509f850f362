using System.Xml.Linq;
using VirtMigration.Inventory;
using VirtMigration.Units;

namespace VirtMigration.Native.Xml;

/// <summary>Reads what of a VM's memory is on huge pages (formatdomain, <c>memoryBacking/hugepages</c>).</summary>
internal static class HugePagesXml
{
    // The ordinary page of x86, which libvirt accepts here and which is not huge. Other architectures have larger ones (up to
    // 64 KiB); a definition does not tell which.
    private static readonly ByteSize s_ordinaryPage = ByteSize.FromKibibytes(4);

    /// <summary>Reads it. A page size without cells is for those that no other names: they are named here.</summary>
    /// <param name="domain">The definition.</param>
    /// <param name="cells">The cells that the guest sees.</param>
    public static IReadOnlyList<HugePageUse> Read(XElement domain, IReadOnlyList<VirtualNumaCell> cells)
    {
        if (domain.Element("memoryBacking")?.Element("hugepages") is not { } hugePages)
        {
            return [];
        }

        List<XElement> pages = [.. hugePages.Elements("page")];
        if (pages.Count == 0)
        {
            return [new(null, [])];
        }

        HashSet<int> named = [.. pages.Select(Cells).OfType<IReadOnlyList<int>>().SelectMany(set => set)];
        int[] rest = [.. cells.Select(cell => cell.Id).Where(cell => !named.Contains(cell))];
        return [.. pages.Select(page => Use(page, cells.Count, named.Count, rest)).OfType<HugePageUse>()];
    }

    // Null: nothing is left for this size, or it is not huge.
    private static HugePageUse? Use(XElement page, int cells, int named, int[] rest)
    {
        ByteSize size = ScaledMemory.Read(page, "size") ?? throw new FormatException("The VM definition holds a page without a size.");
        return Cells(page) switch
        {
            _ when size <= s_ordinaryPage => null,
            { } set => new(size, cells == 0 ? [] : set),
            null when cells == 0 || named == 0 => new(size, []),
            null => rest.Length == 0 ? null : new(size, rest),
        };
    }

    private static IReadOnlyList<int>? Cells(XElement page) => page.Text("nodeset") is { } set ? CpuSet.Parse(set) : null;
}
