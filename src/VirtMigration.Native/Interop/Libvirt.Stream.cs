using System.Runtime.InteropServices;
using VirtMigration.Native.Handles;

namespace VirtMigration.Native.Interop;

/// <summary>Streams (libvirt-stream.h), and what opens one.</summary>
internal static unsafe partial class Libvirt
{
    /// <summary>VIR_STREAM_NONBLOCK.</summary>
    internal const uint StreamNonBlocking = 1;

    /// <summary>What receiving and sending return where they would have to wait.</summary>
    internal const int StreamWouldWait = -2;

    [LibraryImport(LibvirtLibrary.Name)]
    internal static partial nint virStreamNew(ConnectionHandle connection, uint flags);

    [LibraryImport(LibvirtLibrary.Name)]
    internal static partial int virStreamSend(StreamHandle stream, byte* data, nuint length);

    [LibraryImport(LibvirtLibrary.Name)]
    internal static partial int virStreamRecv(StreamHandle stream, byte* data, nuint length);

    [LibraryImport(LibvirtLibrary.Name)]
    internal static partial int virStreamFinish(StreamHandle stream);

    [LibraryImport(LibvirtLibrary.Name)]
    internal static partial int virStreamAbort(StreamHandle stream);

    /// <summary>Takes the bare pointer because the stream's own release calls it.</summary>
    [LibraryImport(LibvirtLibrary.Name)]
    internal static partial int virStreamFree(nint stream);

    [LibraryImport(LibvirtLibrary.Name, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int virDomainOpenChannel(DomainHandle domain, string name, StreamHandle stream, uint flags);
}
