using System.Runtime.InteropServices;
using VirtMigration.Native.Interop;

namespace VirtMigration.Native.Handles;

/// <summary>A virStreamPtr. It lives inside one call, whose connection the caller holds; whoever opened it also finishes or aborts
/// it.</summary>
internal sealed class StreamHandle : SafeHandle
{
    /// <summary>Takes over a stream.</summary>
    /// <param name="stream">The pointer, which is this handle's from now on.</param>
    public StreamHandle(nint stream)
        : base(0, ownsHandle: true) => SetHandle(stream);

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => Libvirt.virStreamFree(handle) == 0;
}
