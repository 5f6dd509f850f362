using System.Runtime.InteropServices;
using VirtMigration.Native.Handles;

namespace VirtMigration.Native.Interop;

/// <summary>A host's devices (libvirt-nodedev.h).</summary>
internal static unsafe partial class Libvirt
{
    /// <summary>VIR_CONNECT_LIST_NODE_DEVICES_CAP_NET: network interfaces only.</summary>
    internal const uint ListNodeDevicesNet = 1 << 4;

    [LibraryImport(LibvirtLibrary.Name)]
    internal static partial int virConnectListAllNodeDevices(ConnectionHandle connection, nint** devices, uint flags);

    [LibraryImport(LibvirtLibrary.Name)]
    internal static partial nint virNodeDeviceGetXMLDesc(NodeDeviceHandle device, uint flags);

    [LibraryImport(LibvirtLibrary.Name)]
    internal static partial int virNodeDeviceFree(nint device);
}
