using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using VirtMigration.Native.Errors;
using VirtMigration.Native.Interop;

namespace VirtMigration.Native.Events;

/// <summary>What libvirt needs once a process, before its first connection: an error function and an event loop. Neither can be
/// taken back, so both live until the process ends: the module's second import finds them running.</summary>
internal static unsafe class LibvirtRuntime
{
    // The loop sleeps until something happens; a timer wakes it, so that what another thread adds while it sleeps is not
    // dependent on libvirt's own wake-up alone.
    private const int WakeUpMilliseconds = 1000;

    private static readonly Lock s_lock = new();
    private static volatile bool s_started;

    /// <summary>Starts what is not started yet. A failure is not remembered.</summary>
    /// <exception cref="HypervisorException">LibraryMissing, or Internal where libvirt refuses.</exception>
    public static void EnsureStarted()
    {
        if (s_started)
        {
            return;
        }

        lock (s_lock)
        {
            if (!s_started)
            {
                Start();
                s_started = true;
            }
        }
    }

    private static void Start()
    {
        _ = LibvirtLibrary.Handle;

        // Without it libvirt prints every error to the standard error stream, in the middle of the user's prompt.
        Libvirt.virSetErrorFunc(0, &Ignore);
        Check(Libvirt.virEventRegisterDefaultImpl(), "register libvirt's event loop");
        Check(Libvirt.virEventAddTimeout(WakeUpMilliseconds, &WakeUp, 0, null), "start libvirt's event loop");
        new Thread(Loop) { IsBackground = true, Name = "libvirt events" }.Start();
    }

    private static void Loop()
    {
        while (true)
        {
            // A failure here is a failed poll(); keepalive and events of all connections depend on the loop going on.
            if (Libvirt.virEventRunDefaultImpl() < 0)
            {
                Thread.Sleep(WakeUpMilliseconds);
            }
        }
    }

    private static void Check(int result, string action)
    {
        if (result < 0)
        {
            throw LibvirtError.Last().ToException(Environment.MachineName, action);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Ignore(nint userData, VirError* error)
    {
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void WakeUp(int timer, nint opaque)
    {
    }
}
