using System.Runtime.InteropServices;
using VirtMigration.Native.Connections;
using VirtMigration.Native.Handles;
using VirtMigration.Native.Interop;
using VirtMigration.Native.Xml;

namespace VirtMigration.Native.Inventory;

/// <summary>The network devices of a host, bridges among them.</summary>
internal static unsafe class NetworkDevices
{
    /// <summary>Their names; null where the host does not tell. Every host has at least its loopback device, so a driver that knows
    /// of none tells nothing.</summary>
    /// <param name="connection">The connection.</param>
    public static IReadOnlySet<string>? Read(LibvirtConnection connection)
    {
        HashSet<string> names = new(StringComparer.Ordinal);
        AddNodeDevices(connection, names);
        AddInterfaces(connection, names);
        return names.Count == 0 ? null : names;
    }

    // As the kernel has them: the node device driver (udev) lists bridges, bonds and taps too.
    private static void AddNodeDevices(LibvirtConnection connection, HashSet<string> names)
    {
        nint* array;
        int count = Libvirt.virConnectListAllNodeDevices(connection.Handle, &array, Libvirt.ListNodeDevicesNet);
        using HandleList<NodeDeviceHandle>? devices = OptionalDriver.Take(connection, array, count, device => new NodeDeviceHandle(device));
        foreach (NodeDeviceHandle device in devices?.Items ?? [])
        {
            if (NativeText.Take(Libvirt.virNodeDeviceGetXMLDesc(device, 0)) is { } text && NetworkDeviceXml.ReadName(text) is { } name)
            {
                _ = names.Add(name);
            }
        }
    }

    // The interface driver is rarely there; where the other is missing it has to do.
    private static void AddInterfaces(LibvirtConnection connection, HashSet<string> names)
    {
        nint* array;
        int count = Libvirt.virConnectListAllInterfaces(connection.Handle, &array, Libvirt.ListInterfacesActive);
        using HandleList<InterfaceHandle>? interfaces = OptionalDriver.Take(connection, array, count, item => new InterfaceHandle(item));
        foreach (InterfaceHandle item in interfaces?.Items ?? [])
        {
            if (Marshal.PtrToStringUTF8(Libvirt.virInterfaceGetName(item)) is { } name)
            {
                _ = names.Add(name);
            }
        }
    }
}
