using System.Xml.Linq;

namespace VirtMigration.Native.Xml;

/// <summary>Reads a VM's virtio channels (formatdomain, <c>devices/channel</c>).</summary>
internal static class ChannelsXml
{
    // libvirt's own connection to QEMU's guest agent is the channel of this name (formatdomain, "Channel").
    private const string Agent = "org.qemu.guest_agent.0";

    /// <summary>The channels that libvirt can open for somebody, by target name: those over a UNIX socket (qemuDomainOpenChannel); the
    /// agent's, which libvirt itself holds, is none of them.</summary>
    /// <param name="devices">The devices of the definition.</param>
    public static IReadOnlyList<string> Read(XElement? devices) => [.. Names(devices, "unix").Where(name => name != Agent)];

    /// <summary>Whether there is a channel for QEMU's guest agent.</summary>
    /// <param name="devices">The devices of the definition.</param>
    public static bool HasAgent(XElement? devices) => Names(devices, "unix").Contains(Agent);

    private static IEnumerable<string> Names(XElement? devices, string source) => (devices?.Elements("channel") ?? [])
        .Where(channel => channel.Text("type") == source && channel.Element("target").Text("type") == "virtio")
        .Select(channel => channel.Element("target").Text("name"))
        .OfType<string>();
}
