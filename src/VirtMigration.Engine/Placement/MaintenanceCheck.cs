using System.Globalization;
using VirtMigration.Evacuation;

namespace VirtMigration.Placement;

/// <summary>No VM comes to a host in maintenance, or to one that is being emptied for it.</summary>
public sealed class MaintenanceCheck : IDestinationCheck
{
    /// <inheritdoc/>
    public IEnumerable<DestinationFinding> Check(DestinationCandidate candidate)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        return candidate.Maintenance is HostMaintenance maintenance && maintenance.Closed()
            ? [candidate.Blocker("HostInMaintenance", "a host that is not in maintenance", Present(maintenance), $"Choose another host, or end its maintenance: Stop-VmHostMaintenance {maintenance.Host}.")]
            : [];
    }

    private static string Present(HostMaintenance maintenance)
    {
        string since = maintenance.Since.ToUniversalTime().ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
        string reason = string.IsNullOrWhiteSpace(maintenance.Reason) ? string.Empty : $" ({maintenance.Reason.Trim().TrimEnd('.')})";
        return $"is in maintenance since {since}, by {maintenance.Operator}{reason}";
    }
}
