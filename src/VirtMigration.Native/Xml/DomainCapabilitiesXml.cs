using System.Globalization;
using System.Xml.Linq;

namespace VirtMigration.Native.Xml;

/// <summary>Reads the capabilities of one machine type (formatdomaincaps).</summary>
internal static class DomainCapabilitiesXml
{
    /// <summary>Reads the document.</summary>
    /// <param name="text">The document.</param>
    public static DomainCapabilities Read(string text)
    {
        XElement root = SafeXml.Read(text, "domain capabilities");
        XElement? Mode(string name) => root.Element("cpu")?.Elements("mode").FirstOrDefault(
            mode => mode.Attribute("name")?.Value == name && mode.Attribute("supported")?.Value == "yes");
        IEnumerable<string>? usable = Mode("custom")?.Elements("model")
            .Where(model => model.Attribute("usable")?.Value == "yes")
            .Select(model => model.Value);
        string? most = root.Element("vcpu")?.Attribute("max")?.Value;
        return new DomainCapabilities
        {
            Emulator = root.Element("path")?.Value ?? string.Empty,
            Architecture = root.Element("arch")?.Value ?? string.Empty,
            MachineType = root.Element("machine")?.Value ?? string.Empty,
            MaxVCpus = int.TryParse(most, NumberStyles.None, CultureInfo.InvariantCulture, out int max) ? max : null,
            HostPassthrough = Mode("host-passthrough") is not null,
            CpuModels = new HashSet<string>(usable ?? [], StringComparer.Ordinal),
        };
    }
}
