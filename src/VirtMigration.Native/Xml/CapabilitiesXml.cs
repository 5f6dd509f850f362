using System.Globalization;
using System.Xml.Linq;
using VirtMigration.Inventory;
using VirtMigration.Units;

namespace VirtMigration.Native.Xml;

/// <summary>Reads a host's capabilities (formatcaps).</summary>
internal static class CapabilitiesXml
{
    /// <summary>Reads the document.</summary>
    /// <param name="text">The document.</param>
    /// <exception cref="FormatException">It is not one.</exception>
    public static Capabilities Read(string text)
    {
        XElement root = SafeXml.Read(text, "host capabilities");
        XElement? host = root.Element("host");
        string architecture = host?.Element("cpu")?.Element("arch")?.Value ?? string.Empty;
        List<XElement> cells = [.. host?.Element("topology")?.Element("cells")?.Elements("cell") ?? []];
        return new(
            Guid.TryParse(host?.Element("uuid")?.Value, out Guid uuid) ? uuid : null,
            architecture,
            [.. cells.Select(Cell).OrderBy(cell => cell.Id)],
            MachineTypes(root, architecture),
            HostCpuXml.Read(host),
            HostCpuXml.Cores(host),
            Distances(cells));
    }

    private static NumaCell Cell(XElement cell) => new(
        (int)Number(cell, "id"),
        ScaledMemory.Read(cell.Element("memory")) ?? default,
        null,
        [.. (cell.Element("cpus")?.Elements("cpu") ?? []).Select(cpu => (int)Number(cpu, "id")).Order()],
        Pools(cell));

    // The smallest size is the ordinary page (4 KiB on x86, up to 64 KiB on ARM); all others are huge.
    private static List<HugePagePool> Pools(XElement cell) =>
    [
        .. cell.Elements("pages")
            .Select(pages => new HugePagePool(PageSize(pages), Number(pages), null))
            .OrderBy(pool => pool.PageSize)
            .Skip(1),
    ];

    private static ByteSize PageSize(XElement pages) =>
        ScaledMemory.Read(pages, "size") ?? throw new FormatException("The host capabilities hold a page without a size.");

    // A kernel without a distance table (SLIT) gives none.
    private static Dictionary<(int From, int To), int> Distances(IEnumerable<XElement> cells) => cells
        .SelectMany(cell => (cell.Element("distances")?.Elements("sibling") ?? []).Select(sibling => (cell, sibling)))
        .ToDictionary(
            pair => ((int)Number(pair.cell, "id"), (int)Number(pair.sibling, "id")),
            pair => (int)Number(pair.sibling, "value"));

    private static HashSet<string> MachineTypes(XElement root, string architecture)
    {
        HashSet<string> names = new(StringComparer.Ordinal);
        IEnumerable<XElement> machines = root.Elements("guest")
            .Elements("arch")
            .Where(arch => arch.Attribute("name")?.Value == architecture)
            .Descendants("machine");
        foreach (XElement machine in machines)
        {
            _ = names.Add(machine.Value);
            if (machine.Attribute("canonical") is { } canonical)
            {
                _ = names.Add(canonical.Value);
            }
        }

        return names;
    }

    private static long Number(XElement element, string attribute) => Number(
        element.Attribute(attribute)?.Value
        ?? throw new FormatException($"The host capabilities hold a {element.Name} without {attribute}."));

    private static long Number(XElement element) => Number(element.Value);

    private static long Number(string text) => long.Parse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture);
}
