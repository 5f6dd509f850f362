using System.Runtime.InteropServices;
using VirtMigration.Native.Connections;
using VirtMigration.Native.Handles;
using VirtMigration.Native.Interop;

namespace VirtMigration.Native.Inventory;

/// <summary>The virtual networks of a host.</summary>
internal static unsafe class VirtualNetworks
{
    /// <summary>The names of those that are started; null where the host does not tell.</summary>
    /// <param name="connection">The connection.</param>
    public static IReadOnlySet<string>? Read(LibvirtConnection connection)
    {
        nint* array;
        int count = Libvirt.virConnectListAllNetworks(connection.Handle, &array, Libvirt.ListNetworksActive);
        using HandleList<NetworkHandle>? networks = OptionalDriver.Take(connection, array, count, network => new NetworkHandle(network));
        return networks?.Items
            .Select(network => Marshal.PtrToStringUTF8(Libvirt.virNetworkGetName(network)))
            .OfType<string>()
            .ToHashSet(StringComparer.Ordinal);
    }
}
