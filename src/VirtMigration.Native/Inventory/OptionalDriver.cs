using System.Runtime.InteropServices;
using VirtMigration.Native.Connections;
using VirtMigration.Native.Handles;

namespace VirtMigration.Native.Inventory;

/// <summary>Lists of the drivers beside the hypervisor's (storage, network, interface, node devices). Any of them may be absent from a
/// daemon (code 3), not running where each is a daemon of its own (code 38), or closed to this user (29, 88): then it tells nothing,
/// which is no error.</summary>
internal static unsafe class OptionalDriver
{
    /// <summary>A list; null where its driver tells nothing.</summary>
    /// <typeparam name="T">The handle of its objects.</typeparam>
    /// <param name="connection">The connection.</param>
    /// <param name="array">The list.</param>
    /// <param name="count">What the listing call returned.</param>
    /// <param name="wrap">Makes a handle of an object's pointer.</param>
    /// <exception cref="HypervisorException">What broke the connection.</exception>
    public static HandleList<T>? Take<T>(LibvirtConnection connection, nint* array, int count, Func<nint, T> wrap)
        where T : SafeHandle
    {
        if (count >= 0)
        {
            return new(array, count, wrap);
        }

        // Before the next call overwrites it.
        HypervisorException error = connection.Error("list its storage and networks");
        return connection.IsAlive ? null : throw error;
    }
}
