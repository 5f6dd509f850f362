using System.Globalization;
using System.Xml.Linq;
using VirtMigration.Inventory;

namespace VirtMigration.Native.Xml;

/// <summary>Reads a VM's CPU in its definition (formatdomain, <c>cpu</c>). Of a running domain libvirt shows the CPU that QEMU gave it:
/// what was host-model is custom there, with every feature named.</summary>
internal static class GuestCpuXml
{
    private const string InvariantTsc = "invtsc";

    /// <summary>Reads it, without the text for a comparison.</summary>
    /// <param name="domain">The definition.</param>
    public static VmCpu Read(XElement domain)
    {
        XElement? cpu = domain.Element("cpu");
        Dictionary<string, string> features = Features(cpu);
        CpuMode mode = Mode(cpu);
        return new VmCpu
        {
            Mode = mode,
            Model = cpu?.Element("model")?.Value is { Length: > 0 } model ? model : null,
            Features = features,
            Topology = CpuTopologyXml.Read(cpu?.Element("topology")),
            TscFrequency = TscFrequency(domain.Element("clock")),

            // migratable='off' gives a guest all that the host has, invtsc too (QEMU, CPU "host", property migratable).
            InvariantTsc = features.TryGetValue(InvariantTsc, out string? policy)
                ? policy is "require" or "force"
                : mode == CpuMode.HostPassthrough && cpu.Text("migratable") == "off",
        };
    }

    // Without a mode a model makes it custom (virCPUDefParseXML).
    private static CpuMode Mode(XElement? cpu) => cpu.Text("mode") switch
    {
        "custom" => CpuMode.Custom,
        "host-model" => CpuMode.HostModel,
        "host-passthrough" => CpuMode.HostPassthrough,
        "maximum" => CpuMode.Maximum,
        _ => cpu?.Element("model") is null ? CpuMode.Default : CpuMode.Custom,
    };

    private static Dictionary<string, string> Features(XElement? cpu)
    {
        Dictionary<string, string> features = new(StringComparer.Ordinal);
        foreach (XElement feature in cpu?.Elements("feature") ?? [])
        {
            if (feature.Text("name") is { } name)
            {
                features[name] = feature.Text("policy") ?? "require";
            }
        }

        return features;
    }

    private static long? TscFrequency(XElement? clock) =>
        clock?.Elements("timer").FirstOrDefault(timer => timer.Text("name") == "tsc").Text("frequency") is { } hertz
            ? long.Parse(hertz, NumberStyles.None, CultureInfo.InvariantCulture)
            : null;
}
