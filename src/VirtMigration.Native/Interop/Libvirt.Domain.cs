using System.Runtime.InteropServices;
using VirtMigration.Native.Handles;

namespace VirtMigration.Native.Interop;

/// <summary>One domain: its state, its definition, its metadata (libvirt-domain.h).</summary>
internal static unsafe partial class Libvirt
{
    /// <summary>VIR_UUID_BUFLEN: the bytes of a raw UUID, in the order of RFC 4122.</summary>
    internal const int UuidLength = 16;

    /// <summary>VIR_DOMAIN_XML_SECURE: with passwords, which a definition that is to be saved needs.</summary>
    internal const uint XmlSecure = 1 << 0;

    /// <summary>VIR_DOMAIN_XML_INACTIVE: what the next start uses.</summary>
    internal const uint XmlInactive = 1 << 1;

    /// <summary>VIR_DOMAIN_XML_UPDATE_CPU: with the CPU as the host fills it in; a running domain's is filled in already.</summary>
    internal const uint XmlUpdateCpu = 1 << 2;

    /// <summary>VIR_DOMAIN_XML_MIGRATABLE: as another host is told it. Refused over a connection that may only read.</summary>
    internal const uint XmlMigratable = 1 << 3;

    /// <summary>VIR_DOMAIN_METADATA_ELEMENT: an XML element under a namespace of its owner.</summary>
    internal const int MetadataElement = 2;

    /// <summary>VIR_DOMAIN_AFFECT_CURRENT: the running domain where it runs, else its definition.</summary>
    internal const uint AffectCurrent = 0;

    /// <summary>VIR_DOMAIN_AFFECT_LIVE: the running domain only.</summary>
    internal const uint AffectLive = 1 << 0;

    /// <summary>VIR_DOMAIN_AFFECT_CONFIG: the definition only; together with <see cref="AffectLive"/>, both.</summary>
    internal const uint AffectConfig = 1 << 1;

    [LibraryImport(LibvirtLibrary.Name)]
    internal static partial nint virDomainLookupByUUID(ConnectionHandle connection, byte* uuid);

    [LibraryImport(LibvirtLibrary.Name, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint virDomainDefineXML(ConnectionHandle connection, string xml);

    [LibraryImport(LibvirtLibrary.Name)]
    internal static partial int virDomainRef(nint domain);

    [LibraryImport(LibvirtLibrary.Name)]
    internal static partial int virDomainFree(nint domain);

    /// <summary>Answers from the client's own copy, without a call to the host; so does <see cref="virDomainGetUUID"/>.</summary>
    [LibraryImport(LibvirtLibrary.Name)]
    internal static partial nint virDomainGetName(nint domain);

    [LibraryImport(LibvirtLibrary.Name)]
    internal static partial int virDomainGetUUID(nint domain, byte* uuid);

    [LibraryImport(LibvirtLibrary.Name)]
    internal static partial int virDomainGetState(DomainHandle domain, int* state, int* reason, uint flags);

    [LibraryImport(LibvirtLibrary.Name)]
    internal static partial int virDomainGetInfo(nint domain, VirDomainInfo* info);

    [LibraryImport(LibvirtLibrary.Name)]
    internal static partial int virDomainSuspend(DomainHandle domain);

    [LibraryImport(LibvirtLibrary.Name)]
    internal static partial int virDomainIsActive(DomainHandle domain);

    [LibraryImport(LibvirtLibrary.Name)]
    internal static partial int virDomainIsPersistent(DomainHandle domain);

    [LibraryImport(LibvirtLibrary.Name)]
    internal static partial int virDomainGetAutostart(DomainHandle domain, int* autostart);

    [LibraryImport(LibvirtLibrary.Name)]
    internal static partial int virDomainSetAutostart(DomainHandle domain, int autostart);

    [LibraryImport(LibvirtLibrary.Name)]
    internal static partial nint virDomainGetXMLDesc(DomainHandle domain, uint flags);

    /// <summary>Answers from the client's own copy, without a call to the host: -1 for a domain that was shut off when it was looked
    /// up.</summary>
    [LibraryImport(LibvirtLibrary.Name)]
    internal static partial int virDomainGetID(DomainHandle domain);

    [LibraryImport(LibvirtLibrary.Name)]
    internal static partial int virDomainHasManagedSaveImage(DomainHandle domain, uint flags);

    [LibraryImport(LibvirtLibrary.Name)]
    internal static partial int virDomainSnapshotNum(DomainHandle domain, uint flags);

    [LibraryImport(LibvirtLibrary.Name, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int virDomainSetMetadata(
        DomainHandle domain,
        int type,
        string? metadata,
        string? key,
        string? uri,
        uint flags);

    [LibraryImport(LibvirtLibrary.Name, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint virDomainGetMetadata(DomainHandle domain, int type, string? uri, uint flags);
}
