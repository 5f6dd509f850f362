namespace VirtMigration.Native.Errors;

/// <summary>virErrorDomain (virterror.h): the part of libvirt that raised an error, as far as the product tells them apart.</summary>
internal enum ErrorDomain
{
    None = 0,

    /// <summary>Sockets, the RPC protocol, keepalive: the way to the daemon.</summary>
    Rpc = 7,

    /// <summary>The QEMU driver.</summary>
    Qemu = 10,

    /// <summary>The client's side of a connection to a daemon.</summary>
    Remote = 13,

    /// <summary>Reading a connection URI.</summary>
    Uri = 45,
}
