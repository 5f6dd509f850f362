using System.Globalization;
using System.Xml.Linq;
using VirtMigration.Units;

namespace VirtMigration.Native.Xml;

/// <summary>Reads a network interface among a host's devices (formatnode).</summary>
internal static class NetworkDeviceXml
{
    /// <summary>The interface's name and the speed of its link; null where it has none: no cable, or a driver that does not tell
    /// (virtio, bridges). libvirt gives the speed in Mbit/s, as the kernel does.</summary>
    /// <param name="text">The document.</param>
    public static (string Name, Bandwidth Speed)? ReadLink(string text)
    {
        XElement? network = Network(text);
        XElement? link = network?.Element("link");
        return network?.Element("interface")?.Value is { Length: > 0 } name
            && link?.Attribute("state")?.Value == "up"
            && long.TryParse(link.Attribute("speed")?.Value, NumberStyles.None, CultureInfo.InvariantCulture, out long megabits)
            && megabits is > 0 and < int.MaxValue
                ? (name, Bandwidth.FromMegabitsPerSecond(megabits))
                : null;
    }

    /// <summary>The interface's name; null where it has none.</summary>
    /// <param name="text">The document.</param>
    public static string? ReadName(string text) => Network(text)?.Element("interface")?.Value is { Length: > 0 } name ? name : null;

    private static XElement? Network(string text) => SafeXml.Read(text, "network device")
        .Elements("capability")
        .FirstOrDefault(capability => capability.Attribute("type")?.Value == "net");
}
