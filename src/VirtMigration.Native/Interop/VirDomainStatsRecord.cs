using System.Runtime.InteropServices;

namespace VirtMigration.Native.Interop;

/// <summary>struct _virDomainStatsRecord (libvirt-domain.h), 24 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct VirDomainStatsRecord
{
    /// <summary>Belongs to the record: freed with the list.</summary>
    public nint Domain;
    public VirTypedParameter* Parameters;
    public int Count;

    /// <summary>The statistics.</summary>
    public readonly ReadOnlySpan<VirTypedParameter> Entries => new(Parameters, Count);
}
