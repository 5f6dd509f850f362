using System.Xml.Linq;
using VirtMigration.Inventory;

namespace VirtMigration.Native.Xml;

/// <summary>Reads a storage pool (formatstorage).</summary>
internal static class StoragePoolXml
{
    /// <summary>Reads one.</summary>
    /// <param name="text">The document.</param>
    /// <param name="active">Whether it is started.</param>
    public static StoragePool Read(string text, bool active)
    {
        XElement pool = SafeXml.Read(text, "storage pool");
        return new(
            pool.Element("name")?.Value ?? string.Empty,
            pool.Text("type") ?? string.Empty,
            active,
            pool.Element("target")?.Element("path")?.Value is { Length: > 0 } path ? path : null,
            pool.Element("source") is { } source ? Source(source) : null);
    }

    // server:/export for NFS, monitors:pool for RBD, server:volume/folder for Gluster, server:IQN for iSCSI; without a server the
    // volume group, the HBA or the devices. A folder of the host has none of it.
    private static string? Source(XElement source)
    {
        string servers = Join(source.Elements("host"), "name");
        string place = source.Element("name")?.Value + source.Element("dir").Text("path");
        if (place.Length == 0)
        {
            place = Join(source.Elements("device"), "path");
        }

        if (place.Length == 0)
        {
            place = source.Element("adapter").Text("name") ?? source.Element("adapter").Text("wwpn") ?? string.Empty;
        }

        string text = servers.Length > 0 && place.Length > 0 ? $"{servers}:{place}" : servers + place;
        return text.Length > 0 ? text : null;
    }

    private static string Join(IEnumerable<XElement> elements, string attribute) =>
        string.Join(',', elements.Select(element => element.Text(attribute)).OfType<string>());
}
