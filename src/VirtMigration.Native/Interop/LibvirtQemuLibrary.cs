namespace VirtMigration.Native.Interop;

/// <summary>Finds the QEMU part of the libvirt client, which only the monitor needs; everything else does without it.</summary>
internal static class LibvirtQemuLibrary
{
    /// <summary>The logical name that its imports use.</summary>
    public const string Name = "libvirt-qemu";

    private static readonly string[] s_sonames = ["libvirt-qemu.so.0", "libvirt-qemu.so"];

    private static nint s_handle;

    /// <summary>The loaded library. A failure is not remembered: it may be installed while the shell runs.</summary>
    /// <exception cref="HypervisorException">LibraryMissing.</exception>
    public static nint Handle
    {
        get
        {
            nint handle = Volatile.Read(ref s_handle);
            if (handle == 0)
            {
                handle = LibvirtLibrary.TryLoad(s_sonames, out nint loaded) ? loaded : throw Missing(s_sonames);
                Volatile.Write(ref s_handle, handle);
            }

            return handle;
        }
    }

    /// <summary>The error of a machine without it.</summary>
    /// <param name="sonames">What was looked for.</param>
    internal static HypervisorException Missing(IEnumerable<string> sonames) => new(
        HypervisorFault.LibraryMissing,
        Environment.MachineName,
        0,
        $"The QEMU part of libvirt is not installed on this machine: none of {string.Join(", ", sonames)} can be loaded.",
        "Install it with the client library: apt install libvirt0 (Debian, Ubuntu) or dnf install libvirt-libs (Fedora, RHEL).");
}
