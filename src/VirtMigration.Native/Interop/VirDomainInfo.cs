using System.Runtime.InteropServices;

namespace VirtMigration.Native.Interop;

/// <summary>struct _virDomainInfo (libvirt-domain.h), 40 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct VirDomainInfo
{
    public byte State;

    /// <summary>In KiB.</summary>
    public CULong MaxMemory;

    /// <summary>In KiB.</summary>
    public CULong Memory;

    /// <summary>Those online.</summary>
    public ushort VirtualCpus;
    public ulong CpuTime;
}
