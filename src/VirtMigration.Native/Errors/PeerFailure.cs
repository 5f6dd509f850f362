using System.Text.RegularExpressions;

namespace VirtMigration.Native.Errors;

/// <summary>Who did not reach whom, where two hosts migrate a VM among themselves. libvirt has one number for all of it, so its text
/// decides; one that is not known (it may be translated) is taken for the most frequent cause.</summary>
internal static partial class PeerFailure
{
    private static readonly string[] s_lost =
    [
        "client socket is closed",
        "end of file while reading data",
        "cannot recv data",
        "cannot write data",
        "keepalive timeout",
        "connection reset",
        "lost connection to destination host",
    ];

    /// <summary>The cause in words, and the way out.</summary>
    /// <param name="host">The source.</param>
    /// <param name="destination">The URI by which its daemon was to reach the other.</param>
    /// <param name="text">libvirt's text.</param>
    public static (string Cause, string Action) Describe(string host, string destination, string text)
    {
        if (MemoryAddress(text) is string address)
        {
            return ($"{host} could not open the connection for the memory to {address}",
                "That is the destination's migration address, not its daemon's. Check the network between the two and that the destination's firewall "
                + "lets the ports of migration_port_min to migration_port_max in (qemu.conf, 49152-49215): Test-VmHost tries the way.");
        }

        return s_lost.Any(word => text.Contains(word, StringComparison.OrdinalIgnoreCase))
            ? ($"the daemon of {host} lost the connection to {destination}",
                "Check that host, its daemon and the network between the two, then start the migration again.")
            : ($"the daemon of {host} could not reach {destination}",
                $"Try it from {host}, as root: virsh -c {destination} version. If another address works there, make it the peer URI.");
    }

    // The connection to the daemon fails with a text that names its URI; both name the address that did not answer.
    private static string? MemoryAddress(string text) =>
        !text.Contains("remote libvirt URI", StringComparison.OrdinalIgnoreCase) && Address().Match(text) is { Success: true } match
            ? match.Groups[1].Value
            : null;

    [GeneratedRegex("(?:unable to connect to server at|Failed to connect to) '([^']+)'", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Address();
}
