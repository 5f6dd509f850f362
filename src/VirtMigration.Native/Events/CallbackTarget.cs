using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace VirtMigration.Native.Events;

/// <summary>The way from a C callback's opaque pointer to a managed object: one GC handle a registration, freed by libvirt's own
/// call when it lets go of the registration.</summary>
internal static unsafe class CallbackTarget
{
    /// <summary>What libvirt calls to free a pointer from <see cref="New"/>.</summary>
    public static delegate* unmanaged[Cdecl]<nint, void> Free => &FreeHandle;

    /// <summary>A pointer that stands for an object.</summary>
    /// <param name="target">The object.</param>
    public static nint New(object target) => GCHandle.ToIntPtr(GCHandle.Alloc(target));

    /// <summary>Frees a pointer that libvirt did not take because the registration failed.</summary>
    /// <param name="opaque">The pointer.</param>
    public static void Release(nint opaque) => GCHandle.FromIntPtr(opaque).Free();

    /// <summary>The object that a pointer stands for.</summary>
    /// <typeparam name="T">Its type.</typeparam>
    /// <param name="opaque">The pointer.</param>
    public static T? Get<T>(nint opaque)
        where T : class => GCHandle.FromIntPtr(opaque).Target as T;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void FreeHandle(nint opaque) => Release(opaque);
}
