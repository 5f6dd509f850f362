using System.Runtime.InteropServices;

namespace VirtMigration.Native.Interop;

/// <summary>struct _virDomainControlInfo (libvirt-domain.h), 16 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct VirDomainControlInfo
{
    public uint State;
    public uint Details;

    /// <summary>In milliseconds.</summary>
    public ulong StateTime;
}
