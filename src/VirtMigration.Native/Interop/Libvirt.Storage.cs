using System.Runtime.InteropServices;
using VirtMigration.Native.Handles;

namespace VirtMigration.Native.Interop;

/// <summary>Storage pools (libvirt-storage.h).</summary>
internal static unsafe partial class Libvirt
{
    [LibraryImport(LibvirtLibrary.Name)]
    internal static partial int virConnectListAllStoragePools(ConnectionHandle connection, nint** pools, uint flags);

    [LibraryImport(LibvirtLibrary.Name)]
    internal static partial nint virStoragePoolGetXMLDesc(StoragePoolHandle pool, uint flags);

    [LibraryImport(LibvirtLibrary.Name)]
    internal static partial int virStoragePoolIsActive(StoragePoolHandle pool);

    [LibraryImport(LibvirtLibrary.Name)]
    internal static partial int virStoragePoolFree(nint pool);
}
