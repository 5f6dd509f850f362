using System.Runtime.InteropServices;

namespace VirtMigration.Native.Interop;

/// <summary>struct _virTypedParameter (libvirt-common.h), 96 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 96)]
internal struct VirTypedParameter
{
    [FieldOffset(0)]
    public FieldName Name;

    [FieldOffset(80)]
    public TypedParameterType Type;

    /// <summary>The union that starts at byte 88; which of its members is meant depends on the type.</summary>
    [FieldOffset(88)]
    public int Int32;

    [FieldOffset(88)]
    public uint UInt32;

    [FieldOffset(88)]
    public long Int64;

    [FieldOffset(88)]
    public ulong UInt64;

    [FieldOffset(88)]
    public double Double;

    [FieldOffset(88)]
    public byte Boolean;

    [FieldOffset(88)]
    public nint Text;

    /// <summary>The value as a whole number; 0 where it is text. libvirt's own types for one key differ between drivers.</summary>
    public readonly long ToInt64() => Type switch
    {
        TypedParameterType.Int32 => Int32,
        TypedParameterType.UInt32 => UInt32,
        TypedParameterType.Int64 => Int64,
        TypedParameterType.UInt64 => UInt64 > long.MaxValue ? long.MaxValue : (long)UInt64,
        TypedParameterType.Double => (long)Double,
        TypedParameterType.Boolean => Boolean,
        _ => 0,
    };
}
