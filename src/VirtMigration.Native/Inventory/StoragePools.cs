using VirtMigration.Inventory;
using VirtMigration.Native.Connections;
using VirtMigration.Native.Handles;
using VirtMigration.Native.Interop;
using VirtMigration.Native.Xml;

namespace VirtMigration.Native.Inventory;

/// <summary>The storage pools of a host.</summary>
internal static unsafe class StoragePools
{
    /// <summary>Those it knows, started or not, by name; null where it does not tell.</summary>
    /// <param name="connection">The connection.</param>
    public static IReadOnlyList<StoragePool>? Read(LibvirtConnection connection)
    {
        nint* array;
        int count = Libvirt.virConnectListAllStoragePools(connection.Handle, &array, 0);
        using HandleList<StoragePoolHandle>? handles = OptionalDriver.Take(connection, array, count, pool => new StoragePoolHandle(pool));
        if (handles is null)
        {
            return null;
        }

        List<StoragePool> pools = [];
        foreach (StoragePoolHandle handle in handles.Items)
        {
            // A pool that went away since the list was made has no description any more.
            if (NativeText.Take(Libvirt.virStoragePoolGetXMLDesc(handle, 0)) is { } text)
            {
                pools.Add(StoragePoolXml.Read(text, Libvirt.virStoragePoolIsActive(handle) == 1));
            }
        }

        return [.. pools.OrderBy(pool => pool.Name, StringComparer.Ordinal)];
    }
}
