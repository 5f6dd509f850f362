using System.Globalization;
using System.Xml.Linq;
using VirtMigration.Inventory;

namespace VirtMigration.Native.Xml;

/// <summary>Reads a domain's definition (formatdomain).</summary>
internal static class DomainXml
{
    /// <summary>What the planner needs of a definition.</summary>
    /// <param name="text">The document.</param>
    /// <exception cref="FormatException">It is not one.</exception>
    public static VmDefinition Read(string text)
    {
        XElement domain = SafeXml.Read(text, "VM definition");
        XElement? type = domain.Element("os")?.Element("type");
        XElement? vcpu = domain.Element("vcpu");
        return new VmDefinition
        {
            Uuid = Guid.Parse(domain.Element("uuid")?.Value ?? string.Empty),
            Architecture = type?.Attribute("arch")?.Value ?? string.Empty,
            MachineType = type?.Attribute("machine")?.Value ?? string.Empty,
            OnlineVCpus = Number(vcpu?.Attribute("current")?.Value ?? vcpu?.Value ?? "1"),

            // With memory that can be plugged in, maxMemory is what it can grow to.
            Memory = ScaledMemory.Read(domain.Element("maxMemory"))
                ?? ScaledMemory.Read(domain.Element("memory"))
                ?? throw new FormatException("The VM definition states no memory."),
            EmulatorPin = domain.Element("cputune")?.Element("emulatorpin")?.Attribute("cpuset") is { } cpuset
                ? CpuSet.Parse(cpuset.Value)
                : null,
            MemoryHardLimit = ScaledMemory.Read(domain.Element("memtune")?.Element("hard_limit")),
            Options = VmOptionsXml.ReadFrom(domain.Element("metadata")),
            HugePages = domain.Element("memoryBacking")?.Element("hugepages") is not null,
        };
    }

    private static int Number(string text) => int.Parse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture);
}
