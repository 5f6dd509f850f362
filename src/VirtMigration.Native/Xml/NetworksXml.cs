using System.Xml.Linq;
using VirtMigration.Inventory;

namespace VirtMigration.Native.Xml;

/// <summary>Reads a VM's network interfaces (formatdomain, <c>devices/interface</c>).</summary>
internal static class NetworksXml
{
    /// <summary>Its interfaces, in the order of the definition.</summary>
    /// <param name="devices">The devices of the definition.</param>
    public static IReadOnlyList<VmNetwork> Read(XElement? devices) => [.. (devices?.Elements("interface") ?? []).Select(Network)];

    private static VmNetwork Network(XElement element)
    {
        XElement? source = element.Element("source");
        string type = Type(element.Text("type"), source);
        return new(
            type,
            Source(type, source) is { Length: > 0 } name ? name : null,
            element.Element("mac").Text("address"),
            element.Element("teaming").Text("type") == "transient");
    }

    // Of a running domain libvirt shows what a network came to on this host (a bridge, a macvtap device) under that type, with the
    // network beside it; the destination is told the network (virDomainNetDefFormat, publicActual). A device of the host stays one,
    // wherever it came from.
    private static string Type(string? type, XElement? source) => type switch
    {
        null => string.Empty,
        not "hostdev" when source.Text("network") is not null => "network",
        _ => type,
    };

    private static string? Source(string type, XElement? source) => type switch
    {
        "network" => source.Text("network"),
        "bridge" => source.Text("bridge"),
        "direct" or "vdpa" => source.Text("dev"),
        "vhostuser" => source.Text("path"),
        "internal" => source.Text("name"),
        "hostdev" => source.Text("network") ?? DeviceAddress.Pci(source?.Element("address")),
        _ => null,
    };
}
