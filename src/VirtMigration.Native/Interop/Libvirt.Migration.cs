using System.Runtime.InteropServices;
using VirtMigration.Native.Handles;

namespace VirtMigration.Native.Interop;

/// <summary>Migration (libvirt-domain.h). Both migrate calls block until the migration has ended.</summary>
internal static unsafe partial class Libvirt
{
    /// <summary>VIR_MIGRATE_PARAM_URI, a string: where memory is sent to.</summary>
    internal const string MigrateUri = "migrate_uri";

    /// <summary>VIR_MIGRATE_PARAM_DEST_XML, a string: the definition of the VM that runs on the destination.</summary>
    internal const string MigrateDestinationXml = "destination_xml";

    /// <summary>VIR_MIGRATE_PARAM_PERSIST_XML, a string: the definition that the destination keeps. Without it, it keeps the one
    /// above.</summary>
    internal const string MigratePersistentXml = "persistent_xml";

    /// <summary>VIR_MIGRATE_PARAM_BANDWIDTH, unsigned 64 bits, in MiB/s.</summary>
    internal const string MigrateBandwidth = "bandwidth";

    /// <summary>VIR_MIGRATE_PARAM_PARALLEL_CONNECTIONS, a signed 32-bit number.</summary>
    internal const string MigrateParallelConnections = "parallel.connections";

    /// <summary>VIR_MIGRATE_PARAM_BANDWIDTH_POSTCOPY, unsigned 64 bits, in MiB/s; since libvirt 5.1.</summary>
    internal const string MigratePostCopyBandwidth = "bandwidth.postcopy";

    /// <summary>VIR_MIGRATE_PARAM_BANDWIDTH_AVAIL_SWITCHOVER, unsigned 64 bits, in MiB/s; since libvirt 11.1.</summary>
    internal const string MigrateSwitchoverBandwidth = "bandwidth.avail.switchover";

    /// <summary>VIR_MIGRATE_PARAM_COMPRESSION, a string: the method.</summary>
    internal const string MigrateCompression = "compression";

    /// <summary>VIR_MIGRATE_PARAM_COMPRESSION_XBZRLE_CACHE, unsigned 64 bits, in bytes.</summary>
    internal const string MigrateXbzrleCache = "compression.xbzrle.cache";

    /// <summary>VIR_MIGRATE_PARAM_AUTO_CONVERGE_INITIAL, a signed 32-bit number, in percent.</summary>
    internal const string MigrateAutoConvergeInitial = "auto_converge.initial";

    /// <summary>VIR_MIGRATE_PARAM_AUTO_CONVERGE_INCREMENT, a signed 32-bit number, in percent.</summary>
    internal const string MigrateAutoConvergeIncrement = "auto_converge.increment";

    /// <summary>VIR_MIGRATE_PARAM_TLS_DESTINATION, a string: the name in the destination's certificate.</summary>
    internal const string MigrateTlsDestination = "tls.destination";

    /// <summary>VIR_MIGRATE_PEER2PEER, VIR_MIGRATE_PERSIST_DEST, VIR_MIGRATE_UNDEFINE_SOURCE and VIR_MIGRATE_OFFLINE: only the definition
    /// moves.</summary>
    internal const uint MigrateDefinition = (1 << 1) | (1 << 3) | (1 << 4) | (1 << 10);

    /// <summary>VIR_DOMAIN_MIGRATE_MAX_SPEED_POSTCOPY: the speed is that of post-copy; since libvirt 5.1.</summary>
    internal const uint MaxSpeedPostCopy = 1 << 0;

    [LibraryImport(LibvirtLibrary.Name)]
    internal static partial nint virDomainMigrate3(
        DomainHandle domain,
        ConnectionHandle destination,
        TypedParameters parameters,
        uint count,
        uint flags);

    [LibraryImport(LibvirtLibrary.Name, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int virDomainMigrateToURI3(
        DomainHandle domain,
        string destinationUri,
        TypedParameters parameters,
        uint count,
        uint flags);

    [LibraryImport(LibvirtLibrary.Name)]
    internal static partial int virDomainMigrateGetMaxDowntime(DomainHandle domain, ulong* milliseconds, uint flags);

    [LibraryImport(LibvirtLibrary.Name)]
    internal static partial int virDomainMigrateSetMaxDowntime(DomainHandle domain, ulong milliseconds, uint flags);

    /// <summary>In MiB/s.</summary>
    [LibraryImport(LibvirtLibrary.Name)]
    internal static partial int virDomainMigrateSetMaxSpeed(DomainHandle domain, CULong bandwidth, uint flags);

    [LibraryImport(LibvirtLibrary.Name)]
    internal static partial int virDomainMigrateGetMaxSpeed(DomainHandle domain, CULong* bandwidth, uint flags);

    [LibraryImport(LibvirtLibrary.Name)]
    internal static partial int virDomainMigrateStartPostCopy(DomainHandle domain, uint flags);
}
