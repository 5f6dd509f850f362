using VirtMigration.Native.Interop;

namespace VirtMigration.Native.Domains;

/// <summary>UUIDs, which libvirt keeps as 16 bytes in the order they are written in; a Guid keeps its first fields the other way.</summary>
internal static unsafe class DomainUuid
{
    /// <summary>A domain's UUID, from the client's own copy.</summary>
    /// <param name="domain">The domain.</param>
    public static Guid Of(nint domain)
    {
        byte* uuid = stackalloc byte[Libvirt.UuidLength];
        return Libvirt.virDomainGetUUID(domain, uuid) < 0
            ? Guid.Empty
            : new Guid(new ReadOnlySpan<byte>(uuid, Libvirt.UuidLength), bigEndian: true);
    }
}
