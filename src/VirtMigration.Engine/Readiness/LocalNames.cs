using System.Net;

namespace VirtMigration.Readiness;

/// <summary>Names and addresses that mean, on every host, that host itself.</summary>
internal static class LocalNames
{
    public static bool Is(string name)
    {
        string bare = name.Trim('[', ']');
        return bare.Length == 0
            || bare.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || bare.StartsWith("localhost.", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(bare, out IPAddress? address)
                && (IPAddress.IsLoopback(address) || address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any)));
    }
}
