using System.Reflection;
using System.Runtime.InteropServices;

namespace VirtMigration.Native.Interop;

/// <summary>Finds the libvirt client library on this machine.</summary>
internal static unsafe class LibvirtLibrary
{
    /// <summary>The logical name that every import uses.</summary>
    public const string Name = "libvirt";

    // The versioned soname first: it is what the run-time package installs and what the ABI is bound to (libvirt has kept .so.0
    // since its first release). The bare name exists only where the development package is, and may point elsewhere.
    private static readonly string[] s_sonames = ["libvirt.so.0", "libvirt.so"];

    private static nint s_handle;

    static LibvirtLibrary() => NativeLibrary.SetDllImportResolver(typeof(LibvirtLibrary).Assembly, Resolve);

    /// <summary>The loaded library.</summary>
    /// <exception cref="HypervisorException">LibraryMissing.</exception>
    public static nint Handle => TryLoad(out nint handle) ? handle : throw Missing(s_sonames);

    /// <summary>Whether the library is there. A failure is not remembered: it may be installed while the shell runs.</summary>
    /// <param name="handle">The library.</param>
    public static bool TryLoad(out nint handle)
    {
        handle = Volatile.Read(ref s_handle);
        if (handle == 0 && TryLoad(s_sonames, out handle))
        {
            // Opening a connection does this too, but whatever else comes first (typed parameters) would use an error slot of the
            // thread that is not made yet, and end the process. If it fails, opening fails too, and says why.
            _ = ((delegate* unmanaged[Cdecl]<int>)NativeLibrary.GetExport(handle, "virInitialize"))();
            Volatile.Write(ref s_handle, handle);
        }

        return handle != 0;
    }

    /// <summary>Loads the first of some sonames that is there.</summary>
    /// <param name="sonames">The names, in the order of preference.</param>
    /// <param name="handle">The library.</param>
    internal static bool TryLoad(IEnumerable<string> sonames, out nint handle)
    {
        foreach (string soname in sonames)
        {
            if (NativeLibrary.TryLoad(soname, out handle))
            {
                return true;
            }
        }

        handle = 0;
        return false;
    }

    /// <summary>The error of a machine without libvirt.</summary>
    /// <param name="sonames">What was looked for.</param>
    internal static HypervisorException Missing(IEnumerable<string> sonames) => new(
        HypervisorFault.LibraryMissing,
        Environment.MachineName,
        0,
        $"libvirt is not installed on this machine: none of {string.Join(", ", sonames)} can be loaded.",
        "Install its client library: apt install libvirt0 (Debian, Ubuntu) or dnf install libvirt-libs (Fedora, RHEL).");

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath) => name switch
    {
        Name => Handle,
        LibvirtQemuLibrary.Name => LibvirtQemuLibrary.Handle,
        _ => 0,
    };
}
