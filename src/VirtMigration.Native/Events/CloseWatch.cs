using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using VirtMigration.Native.Handles;
using VirtMigration.Native.Interop;

namespace VirtMigration.Native.Events;

/// <summary>Learns that a connection broke without asking: its subscriptions would otherwise wait for events for ever.</summary>
[SuppressMessage("Reliability", "CA1001", Justification = "The source has no timer and no wait handle, so nothing to free.")]
internal sealed unsafe class CloseWatch
{
    private readonly CancellationTokenSource _closed = new();

    private CloseWatch()
    {
    }

    /// <summary>Cancelled when the connection breaks or is closed.</summary>
    public CancellationToken Closed => _closed.Token;

    /// <summary>Says that the connection is closed, which libvirt does not report to the one who closes it.</summary>
    public void End() => _ = _closed.CancelAsync();

    /// <summary>Watches a connection; where the driver has nothing to watch, only closing cancels the token.</summary>
    /// <param name="connection">The connection.</param>
    public static CloseWatch Register(ConnectionHandle connection)
    {
        CloseWatch watch = new();
        nint opaque = CallbackTarget.New(watch);
        if (Libvirt.virConnectRegisterCloseCallback(connection, &OnClose, opaque, CallbackTarget.Free) < 0)
        {
            CallbackTarget.Release(opaque);
        }

        return watch;
    }

    /// <summary>Ends the watch, if there is one. Part of closing the connection.</summary>
    /// <param name="connection">The connection's pointer.</param>
    public static void Unregister(nint connection) => _ = Libvirt.virConnectUnregisterCloseCallback(connection, &OnClose);

    // virConnectCloseReason does not matter: error, end of file and keepalive all leave a connection of no use.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnClose(nint connection, int reason, nint opaque) => CallbackTarget.Get<CloseWatch>(opaque)?.End();
}
