using System.Runtime.InteropServices;

namespace VirtMigration.Native.Interop;

/// <summary>struct _virError (virterror.h), 80 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct VirError
{
    public int Code;
    public int Domain;
    public nint Message;
    public int Level;
    public nint Connection;
    public nint DomainObject;
    public nint Text1;
    public nint Text2;
    public nint Text3;

    /// <summary>errno, where the code is VIR_ERR_SYSTEM_ERROR.</summary>
    public int Number1;
    public int Number2;
    public nint Network;
}
