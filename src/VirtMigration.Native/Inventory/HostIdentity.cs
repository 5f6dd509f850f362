using System.Security.Cryptography;
using System.Text;

namespace VirtMigration.Native.Inventory;

/// <summary>What a host's URI says where the driver says nothing.</summary>
internal static class HostIdentity
{
    /// <summary>A UUID for a driver that has none (libvirt's test driver): the same for the same URI, so that two worlds of the
    /// test driver count as two hosts.</summary>
    /// <param name="uri">The URI.</param>
    public static Guid FromUri(string uri) => new(SHA256.HashData(Encoding.UTF8.GetBytes(uri)).AsSpan(0, 16), bigEndian: true);

    /// <summary>Whether the URI names the socket on which libvirt's daemons allow reading only (libvirt-sock-ro,
    /// virtqemud-sock-ro). No call tells it.</summary>
    /// <param name="uri">The URI.</param>
    public static bool IsReadOnly(string uri) => uri.Contains("-sock-ro", StringComparison.Ordinal);
}
