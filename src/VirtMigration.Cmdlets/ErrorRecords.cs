using System.Management.Automation;

namespace VirtMigration.Cmdlets;

/// <summary>Turns the product's errors into the shell's: same id, same text, the way out as the recommendation.</summary>
internal static class ErrorRecords
{
    public static ErrorRecord From(VirtMigrationException error) =>
        Make(error, error.ErrorId, error.Message, error.RecommendedAction, error.Target);

    public static ErrorRecord From(Execution.MigrationResult result) =>
        From(new VirtMigrationException(result.ErrorId!, result.Error!, result.RecommendedAction ?? string.Empty, result.VM));

    public static ErrorRecord From(Execution.StoppedVmResult result) =>
        From(new VirtMigrationException(result.ErrorId!, result.Error!, result.RecommendedAction ?? string.Empty, result.VM));

    public static ErrorRecord From(Execution.EvacuatedVm vm) =>
        From(new VirtMigrationException(vm.ErrorId!, vm.Error!, vm.RecommendedAction ?? string.Empty, vm.VM));

    /// <summary>The one error that says of a whole evacuation that it is not done.</summary>
    public static ErrorRecord Incomplete(string host, IReadOnlyCollection<Execution.EvacuatedVm> vms) => From(Execution.EvacuationErrors.Incomplete(host, vms));

    private static ErrorRecord Make(Exception error, string id, string message, string recommendation, object? target) => new(error, id, CategoryOf(id), target)
    {
        ErrorDetails = new(message) { RecommendedAction = recommendation },
    };

    private static ErrorCategory CategoryOf(string id) => id switch
    {
        "HostNotFound" or "VmNotFound" or "PolicyNotFound" or "ClusterNotFound" or "MigrationNotFound" or "NoHosts"
            or "AffinityGroupNotFound" or "EvacuationPlanMissing" or "VmNotInAffinityGroup" or "HostNotInMaintenance" => ErrorCategory.ObjectNotFound,
        "HostUnreachable" or "HostTimeout" => ErrorCategory.ConnectionError,
        "MigrationNotBegun" => ErrorCategory.OperationTimeout,
        "HostAccessDenied" => ErrorCategory.PermissionDenied,
        "LibvirtMissing" => ErrorCategory.NotInstalled,
        "ClusterFileCorrupt" or "ClusterFileTooNew" => ErrorCategory.InvalidData,
        "HostAlreadyRegistered" or "HostUriTaken" or "PolicyExists" or "AffinityGroupExists" => ErrorCategory.ResourceExists,
        "MigrationAlreadyRunning" or "MigrationHeld" or "HostMaintenanceHeld" or "VmIsMigrating" or "PolicyInUse" => ErrorCategory.ResourceBusy,
        "PolicyBuiltIn" or "VmNotMigratable" or "ManualOnlySkipped" => ErrorCategory.PermissionDenied,
        "HostsSilent" or "PostCopyHostSilent" or "PostCopyWayClosed" => ErrorCategory.ConnectionError,
        "VmOptionsTooNew" => ErrorCategory.InvalidData,
        "TransportRefused" => ErrorCategory.NotImplemented,
        "NothingToChange" or "TimeoutWithoutWait" or "PolicyWithoutTakeOver" or "IntentMissing" or "AdjustmentContradicts" or "PolicyDowntimeFalls" or "PolicyWithoutEnd" or "PolicyContradicts" or "HostsContradict" or "AffinityConflict" or "AffinityTooFewVms" or "AffinityClustersDiffer"
            => ErrorCategory.InvalidArgument,
        "NoDestination" or "DestinationUnfit" or "NoRoom" or "LastHostOfCluster" => ErrorCategory.ResourceUnavailable,
        "MigrationAborted" or "MigrationDetached" or "MigrationNotStarted" or "MigrationStoppedInQueue" or "MigrationStoppedElsewhere"
            => ErrorCategory.OperationStopped,
        _ when id.EndsWith("Invalid", StringComparison.Ordinal) || id.EndsWith("OutOfRange", StringComparison.Ordinal) || id is "BandwidthTooSmall" or "PeerUriNeeded" => ErrorCategory.InvalidArgument,
        _ => ErrorCategory.InvalidOperation,
    };
}
