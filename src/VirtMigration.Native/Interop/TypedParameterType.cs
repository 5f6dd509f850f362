namespace VirtMigration.Native.Interop;

/// <summary>virTypedParameterType (libvirt-common.h).</summary>
internal enum TypedParameterType
{
    Int32 = 1,
    UInt32 = 2,
    Int64 = 3,
    UInt64 = 4,
    Double = 5,
    Boolean = 6,
    Text = 7,
}
