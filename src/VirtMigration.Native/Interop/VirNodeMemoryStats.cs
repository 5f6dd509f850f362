using System.Runtime.InteropServices;

namespace VirtMigration.Native.Interop;

/// <summary>struct _virNodeMemoryStats (libvirt-host.h), 88 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct VirNodeMemoryStats
{
    public FieldName Name;

    /// <summary>In KiB.</summary>
    public ulong Value;
}
