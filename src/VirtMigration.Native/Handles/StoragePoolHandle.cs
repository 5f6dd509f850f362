using System.Runtime.InteropServices;
using VirtMigration.Native.Interop;

namespace VirtMigration.Native.Handles;

/// <summary>A virStoragePoolPtr. It lives inside one call, whose connection the caller holds.</summary>
internal sealed class StoragePoolHandle : SafeHandle
{
    /// <summary>Takes over a storage pool.</summary>
    /// <param name="pool">The pointer, which is this handle's from now on.</param>
    public StoragePoolHandle(nint pool)
        : base(0, ownsHandle: true) => SetHandle(pool);

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => Libvirt.virStoragePoolFree(handle) == 0;
}
