using System.Runtime.InteropServices;
using VirtMigration.Native.Interop;

namespace VirtMigration.Native.Handles;

/// <summary>A virDomainPtr. It keeps its connection open.</summary>
internal sealed class DomainHandle : SafeHandle
{
    private readonly ConnectionHandle _connection;

    /// <summary>Takes over a domain.</summary>
    /// <param name="domain">The pointer, which is this handle's from now on.</param>
    /// <param name="connection">The connection it came from.</param>
    public DomainHandle(nint domain, ConnectionHandle connection)
        : base(0, ownsHandle: true)
    {
        _connection = connection;
        bool added = false;
        try
        {
            connection.DangerousAddRef(ref added);
            SetHandle(domain);
        }
        catch (ObjectDisposedException)
        {
            _ = Libvirt.virDomainFree(domain);
            throw;
        }
    }

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        bool freed = Libvirt.virDomainFree(handle) == 0;
        _connection.DangerousRelease();
        return freed;
    }
}
