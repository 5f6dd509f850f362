using System.Xml.Linq;
using VirtMigration.Inventory;

namespace VirtMigration.Native.Xml;

/// <summary>Reads a VM's disks (formatdomain, <c>devices/disk</c>).</summary>
internal static class DisksXml
{
    /// <summary>Its disks, in the order of the definition.</summary>
    /// <param name="devices">The devices of the definition.</param>
    public static IReadOnlyList<VmDisk> Read(XElement? devices) => [.. (devices?.Elements("disk") ?? []).Select(Disk)];

    /// <summary>The disks with a block job. A definition shows copies and active commits (<c>mirror</c>); block pulls, commits below the
    /// active layer and backups it does not show. To ask for those is a call to QEMU's monitor for each disk
    /// (virDomainGetBlockJobInfo), which a hung QEMU holds up; libvirt itself refuses to migrate a VM that has one.</summary>
    /// <param name="devices">The devices of the definition.</param>
    public static IReadOnlyList<string> BlockJobs(XElement? devices) =>
        [.. (devices?.Elements("disk") ?? []).Where(disk => disk.Element("mirror") is not null).Select(Target)];

    private static VmDisk Disk(XElement disk)
    {
        XElement? source = disk.Element("source");
        DiskSource kind = Kind(disk.Text("type"));
        return new VmDisk
        {
            Target = Target(disk),
            Source = kind,
            Path = Path(kind, source) is { Length: > 0 } path ? path : null,
            Pool = source.Text("pool"),
            Cache = disk.Element("driver").Text("cache"),
            ReadOnly = disk.Element("readonly") is not null,
            Shareable = disk.Element("shareable") is not null,
            Transient = disk.Element("transient") is not null,
        };
    }

    private static string Target(XElement disk) => disk.Element("target").Text("dev") ?? string.Empty;

    private static DiskSource Kind(string? type) => type switch
    {
        "file" => DiskSource.File,
        "block" => DiskSource.Block,
        "volume" => DiskSource.Volume,
        "network" => DiskSource.Network,
        _ => DiskSource.Other,
    };

    // A network disk may go without a name (nbd); a folder, an NVMe namespace, a vhost socket or device have attributes of their own.
    private static string? Path(DiskSource kind, XElement? source) => kind switch
    {
        DiskSource.File => source.Text("file"),
        DiskSource.Block => source.Text("dev"),
        DiskSource.Volume => source.Text("volume"),
        DiskSource.Network => source.Text("name") ?? source.Text("protocol"),
        _ => source.Text("dir") ?? source.Text("path") ?? source.Text("dev") ?? DeviceAddress.Pci(source?.Element("address")),
    };
}
