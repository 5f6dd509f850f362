using VirtMigration.Evacuation;
using VirtMigration.Inventory;

namespace VirtMigration.Execution;

/// <summary>What became of VMs, as a result for each.</summary>
/// <param name="host">The host that is emptied.</param>
internal sealed class EvacuationFates(string host)
{
    /// <summary>Why a VM was not started when all was stopped.</summary>
    public VirtMigrationException Unstarted(VirtualMachine vm) => new("MigrationNotStarted",
        $"VM '{vm.Name}' was still waiting when the command was stopped. It is on {host}, and nothing was done to it.",
        $"Run the command again: Start-VmHostMaintenance {host}.", vm.Name);

    /// <summary>Why a VM was not started that was stopped alone.</summary>
    public VirtMigrationException Stopped(VirtualMachine vm) => new("MigrationStoppedInQueue",
        $"VM '{vm.Name}' was stopped before its migration started. It is on {host}, and nothing was done to it.",
        $"Run the command again: Start-VmHostMaintenance {host}.", vm.Name);

    /// <summary>The result of a VM whose migration was not started.</summary>
    public EvacuatedVm NotStarted(VirtualMachine vm, EvacuationOutcome outcome, VirtMigrationException error) => new()
    {
        VM = vm.Name,
        Uuid = vm.Uuid,
        Source = host,
        Outcome = outcome,
        Host = outcome == EvacuationOutcome.Left ? host : null,
        ErrorId = error.ErrorId,
        Error = error.Message,
        RecommendedAction = error.RecommendedAction,
    };

    /// <summary>The result of a VM that is shut off.</summary>
    public static EvacuatedVm Of(StoppedVmResult result) => new()
    {
        VM = result.VM,
        Uuid = result.Uuid,
        Source = result.Source,
        Destination = result.Destination,
        Outcome = result.EndState switch
        {
            DefinitionEndState.Moved => EvacuationOutcome.Moved,
            DefinitionEndState.Stayed => EvacuationOutcome.Left,
            _ => EvacuationOutcome.Uncertain,
        },
        Host = result.Host,
        ErrorId = result.ErrorId,
        Error = result.Error,
        RecommendedAction = result.RecommendedAction,
    };

    /// <summary>The result of a VM that was migrated.</summary>
    public static EvacuatedVm Of(MigrationResult result, EvacuationOutcome outcome) => new()
    {
        VM = result.VM,
        Uuid = result.Uuid,
        Source = result.Source,
        Destination = result.Destination,
        Outcome = outcome,
        Host = result.Host,
        Policy = result.Policy,
        StartedAt = result.StartedAt,
        Duration = result.Duration,
        Downtime = result.Downtime,
        ErrorId = result.ErrorId,
        Error = result.Error,
        RecommendedAction = result.RecommendedAction,
    };

    /// <summary>The result of a VM that was found on the host where none was to be found any more.</summary>
    public EvacuatedVm CameMeanwhile(PlannedMove move) => new()
    {
        VM = move.VM,
        Uuid = move.Uuid,
        Source = host,
        Outcome = EvacuationOutcome.Left,
        Host = host,
        ErrorId = "VmCameMeanwhile",
        Error = $"VM '{move.VM}' came to {host}, or was started there, while it was emptied.",
        RecommendedAction = $"Run the command again: Start-VmHostMaintenance {host}.",
    };

    /// <summary>The result of a VM that left, or was shut off, without this run's doing.</summary>
    /// <param name="vm">Its UUID.</param>
    /// <param name="name">Its name.</param>
    /// <param name="there">The host it is on; null: it runs on none that is known.</param>
    public EvacuatedVm LeftByItself(Guid vm, string name, string? there) => new()
    {
        VM = name,
        Uuid = vm,
        Source = host,
        Destination = there,
        Outcome = there is null ? EvacuationOutcome.Gone : EvacuationOutcome.Moved,
        Host = there,
    };
}
