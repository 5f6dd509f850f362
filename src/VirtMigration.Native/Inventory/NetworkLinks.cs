using System.Runtime.InteropServices;
using VirtMigration.Native.Connections;
using VirtMigration.Native.Handles;
using VirtMigration.Native.Interop;
using VirtMigration.Native.Xml;
using VirtMigration.Units;

namespace VirtMigration.Native.Inventory;

/// <summary>The speeds of a host's network interfaces.</summary>
internal static unsafe class NetworkLinks
{
    /// <summary>The speed of each interface that has one, by name; empty where the host does not tell (its node device driver may be
    /// absent or refused).</summary>
    /// <param name="connection">The connection.</param>
    public static IReadOnlyDictionary<string, Bandwidth> Read(LibvirtConnection connection)
    {
        Dictionary<string, Bandwidth> speeds = new(StringComparer.Ordinal);
        nint* devices;
        int count = Libvirt.virConnectListAllNodeDevices(connection.Handle, &devices, Libvirt.ListNodeDevicesNet);
        for (int i = 0; i < count; i++)
        {
            // An interface that went away since the list was made has no description any more.
            using NodeDeviceHandle device = new(devices[i]);
            if (NativeText.Take(Libvirt.virNodeDeviceGetXMLDesc(device, 0)) is { } text
                && NetworkDeviceXml.ReadLink(text) is var (name, speed))
            {
                speeds[name] = speed;
            }
        }

        if (count >= 0)
        {
            NativeMemory.Free(devices);
        }

        return speeds;
    }
}
