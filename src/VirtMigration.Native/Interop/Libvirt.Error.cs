using System.Runtime.InteropServices;

namespace VirtMigration.Native.Interop;

/// <summary>Errors (virterror.h).</summary>
internal static unsafe partial class Libvirt
{
    /// <summary>The calling thread's last error, which the next call on that thread overwrites; null: none.</summary>
    [LibraryImport(LibvirtLibrary.Name)]
    internal static partial VirError* virGetLastError();

    [LibraryImport(LibvirtLibrary.Name)]
    internal static partial void virSetErrorFunc(nint userData, delegate* unmanaged[Cdecl]<nint, VirError*, void> handler);
}
