using System.Runtime.InteropServices;

namespace VirtMigration.Native.Interop;

/// <summary>Text that libvirt hands over.</summary>
internal static unsafe class NativeText
{
    /// <summary>Copies a string that the caller owns, and frees it as libvirt asks: with the C library's free().</summary>
    /// <param name="text">The string; 0 gives null.</param>
    public static string? Take(nint text)
    {
        try
        {
            return Marshal.PtrToStringUTF8(text);
        }
        finally
        {
            NativeMemory.Free((void*)text);
        }
    }
}
