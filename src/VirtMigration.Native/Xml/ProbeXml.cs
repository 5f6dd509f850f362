using System.Xml.Linq;
using VirtMigration.Readiness;

namespace VirtMigration.Native.Xml;

/// <summary>Writes the definition of a probe, from what a host says that it can run.</summary>
internal static class ProbeXml
{
    // It never runs an instruction. Where a machine needs more, libvirt rounds up (256 MiB on POWER, qemuDomainGetMemorySizeAlignment).
    private const int MemoryMebibytes = 16;

    private const string Kvm = "kvm";

    /// <summary>The definition.</summary>
    /// <param name="probe">The probe's UUID.</param>
    /// <param name="machineType">Its machine type; null: the host's default.</param>
    /// <param name="capabilities">The host's capabilities.</param>
    /// <exception cref="FormatException">The capabilities cannot be read, or offer nothing for the host's own architecture.</exception>
    public static string Write(Guid probe, string? machineType, string capabilities)
    {
        XElement root = SafeXml.Read(capabilities, "host capabilities");
        string? architecture = root.Element("host")?.Element("cpu")?.Element("arch")?.Value;
        XElement? guest = root.Elements("guest").FirstOrDefault(one => one.Element("os_type")?.Value == "hvm" && one.Element("arch").Text("name") == architecture);
        XElement arch = guest?.Element("arch") ?? throw new FormatException($"It offers no VMs of its own architecture ({architecture ?? "which it does not tell"}).");
        List<XElement> domains = [.. arch.Elements("domain")];
        XElement domain = domains.Find(one => one.Text("type") == Kvm)
            ?? (domains.Count > 0 ? domains[0] : throw new FormatException($"It offers no VMs of its own architecture ({architecture})."));
        string? emulator = (domain.Element("emulator") ?? arch.Element("emulator"))?.Value;
        return new XElement(
            "domain",
            new XAttribute("type", domain.Text("type") ?? Kvm),
            new XElement("name", ProbeName.Of(probe)),
            new XElement("uuid", probe),
            new XElement("memory", new XAttribute("unit", "MiB"), MemoryMebibytes),
            new XElement("vcpu", 1),
            new XElement(
                "os",
                new XElement(
                    "type",
                    new XAttribute("arch", architecture!),
                    machineType is null ? null : new XAttribute("machine", machineType),
                    "hvm")),
            new XElement(
                "devices",
                emulator is null ? null : new XElement("emulator", emulator),
                new XElement("controller", new XAttribute("type", "usb"), new XAttribute("model", "none")),
                new XElement("memballoon", new XAttribute("model", "none")))).ToString();
    }
}
