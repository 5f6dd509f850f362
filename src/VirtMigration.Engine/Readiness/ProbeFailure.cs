using System.Globalization;
using System.Text.RegularExpressions;
using VirtMigration.Planning;

namespace VirtMigration.Readiness;

/// <summary>Reads from an error where a probe was stopped. libvirt translates its texts, so it goes by the kind and by the port that is
/// named: those are the same in every language.</summary>
public static partial class ProbeFailure
{
    /// <summary>Where it was stopped.</summary>
    /// <param name="error">The error.</param>
    /// <param name="transfer">How it was sent.</param>
    public static ProbeObstacle Obstacle(HypervisorException error, TransferSettings transfer)
    {
        ArgumentNullException.ThrowIfNull(error);
        ArgumentNullException.ThrowIfNull(transfer);
        return NamesMemoryPort(Words(error, transfer)) ? ProbeObstacle.Memory
            : error.Fault is HypervisorFault.Unreachable or HypervisorFault.AccessDenied ? ProbeObstacle.Login
            : error.Fault == HypervisorFault.Internal && transfer.Uses(MigrationTechniques.Tls) ? ProbeObstacle.Encryption
            : ProbeObstacle.Refusal;
    }

    /// <summary>The hypervisor's own words: what follows the destination's URI, by which the error says what failed.</summary>
    /// <param name="error">The error.</param>
    /// <param name="transfer">How it was sent.</param>
    public static string Words(HypervisorException error, TransferSettings transfer)
    {
        ArgumentNullException.ThrowIfNull(error);
        ArgumentNullException.ThrowIfNull(transfer);
        string lead = $"{transfer.DestinationUri}: ";
        int start = error.Message.LastIndexOf(lead, StringComparison.Ordinal);
        return start < 0 ? error.Message : error.Message[(start + lead.Length)..];
    }

    private static bool NamesMemoryPort(string words) => Port().Matches(words)
        .Select(match => int.Parse(match.Groups["port"].ValueSpan, CultureInfo.InvariantCulture))
        .Any(port => port is >= MemoryPortsCheck.First and <= MemoryPortsCheck.Last);

    [GeneratedRegex(@":(?<port>[0-9]{1,5})\b", RegexOptions.ExplicitCapture)]
    private static partial Regex Port();
}
