using System.Runtime.InteropServices;
using VirtMigration.Native.Handles;

namespace VirtMigration.Native.Interop;

/// <summary>Virtual networks (libvirt-network.h).</summary>
internal static unsafe partial class Libvirt
{
    /// <summary>VIR_CONNECT_LIST_NETWORKS_ACTIVE: those that are started.</summary>
    internal const uint ListNetworksActive = 1 << 1;

    [LibraryImport(LibvirtLibrary.Name)]
    internal static partial int virConnectListAllNetworks(ConnectionHandle connection, nint** networks, uint flags);

    /// <summary>Answers from the client's own copy; the caller must not free it.</summary>
    [LibraryImport(LibvirtLibrary.Name)]
    internal static partial nint virNetworkGetName(NetworkHandle network);

    [LibraryImport(LibvirtLibrary.Name)]
    internal static partial int virNetworkFree(nint network);
}
