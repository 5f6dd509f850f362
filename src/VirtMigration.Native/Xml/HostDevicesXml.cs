using System.Xml.Linq;
using VirtMigration.Inventory;

namespace VirtMigration.Native.Xml;

/// <summary>Reads what ties a VM to its host (formatdomain, <c>devices</c>).</summary>
internal static class HostDevicesXml
{
    /// <summary>The host's devices that it was given; network interfaces of that kind are among its networks. A TPM of the host
    /// (<c>backend type='passthrough'</c>) is one too, of type <c>tpm</c>.</summary>
    /// <param name="devices">The devices of the definition.</param>
    public static IReadOnlyList<VmHostDevice> Read(XElement? devices) =>
    [
        .. (devices?.Elements("hostdev") ?? []).Select(Device),
        .. (devices?.Elements("tpm") ?? [])
            .Select(tpm => tpm.Element("backend"))
            .Where(backend => backend.Text("type") == "passthrough")
            .Select(backend => new VmHostDevice("tpm", backend?.Element("device").Text("path") ?? string.Empty, null)),
    ];

    /// <summary>Devices on a file or folder of the host, by kind, each kind once; a folder by virtiofs is a kind of its own. The kinds of memory are models of
    /// <c>memory</c> devices: <c>nvdimm</c>, and <c>virtio-pmem</c>, which is backed the same way.</summary>
    /// <param name="devices">The devices of the definition.</param>
    public static IReadOnlyList<string> Tying(XElement? devices) =>
    [
        .. (devices?.Elements() ?? [])
            .Select(device => device.Name.LocalName switch
            {
                "filesystem" => device.Element("driver").Text("type") == "virtiofs" ? "virtiofs" : "filesystem",
                "shmem" => "shmem",
                "memory" when device.Text("model") is "nvdimm" or "virtio-pmem" => device.Text("model"),
                _ => null,
            })
            .OfType<string>()
            .Distinct()
            .Order(StringComparer.Ordinal),
    ];

    private static VmHostDevice Device(XElement device)
    {
        string type = device.Text("type") ?? string.Empty;
        return new(type, Address(type, device.Element("source")) ?? string.Empty, type == "mdev" ? device.Text("model") : null);
    }

    private static string? Address(string type, XElement? source) => type switch
    {
        "pci" => DeviceAddress.Pci(source?.Element("address")),
        "mdev" => source?.Element("address").Text("uuid"),
        "usb" => Usb(source),
        "scsi" => Scsi(source),
        "scsi_host" => source.Text("wwpn"),
        _ => source?.Elements().FirstOrDefault()?.Value,
    };

    // By what it is where that is stated, as lsusb writes it, else by the port it is in.
    private static string? Usb(XElement? source) =>
        (source?.Element("vendor").Text("id"), source?.Element("product").Text("id"), source?.Element("address")) switch
        {
            ({ } vendor, { } product, _) => $"{Digits(vendor)}:{Digits(product)}",
            (_, _, { } address) => $"bus {address.Text("bus")} device {address.Text("device")}",
            _ => null,
        };

    private static string? Scsi(XElement? source) => source.Text("protocol") is { } protocol
        ? $"{protocol} {source.Text("name")}"
        : $"{source?.Element("adapter").Text("name")} {Unit(source?.Element("address"))}";

    private static string Unit(XElement? address) => $"{address.Text("bus")}:{address.Text("target")}:{address.Text("unit")}";

    private static string Digits(string hex) => hex.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? hex[2..] : hex;
}
