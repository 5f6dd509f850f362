using System.Runtime.InteropServices;

namespace VirtMigration.Native.Interop;

/// <summary>Typed parameters (libvirt-common.h). Arrays are only ever built by these functions: libvirt copies the strings.</summary>
internal static partial class Libvirt
{
    [LibraryImport(LibvirtLibrary.Name, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int virTypedParamsAddInt(ref nint parameters, ref int count, ref int capacity, string name, int value);

    [LibraryImport(LibvirtLibrary.Name, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int virTypedParamsAddULLong(ref nint parameters, ref int count, ref int capacity, string name, ulong value);

    [LibraryImport(LibvirtLibrary.Name, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int virTypedParamsAddString(ref nint parameters, ref int count, ref int capacity, string name, string value);

    [LibraryImport(LibvirtLibrary.Name)]
    internal static partial void virTypedParamsFree(nint parameters, int count);
}
