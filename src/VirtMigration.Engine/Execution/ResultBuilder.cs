using VirtMigration.Inventory;
using VirtMigration.Planning;
using VirtMigration.Ports;
using VirtMigration.Units;

namespace VirtMigration.Execution;

/// <summary>Makes the result from what is known when a run ended. The hosts' word on where the VM is stands above the hypervisor's
/// word on how the call ended.</summary>
internal static class ResultBuilder
{
    private static readonly string[] s_encryptionWords = ["TLS", "certificate", "credentials", "load of migration failed"];

    public static MigrationResult Build(RunRecord record)
    {
        MigrationPlan plan = record.Plan;
        MigrationOutcome outcome = OutcomeOf(record);
        MigrationResult result = new()
        {
            VM = plan.VM,
            Uuid = plan.Uuid,
            Source = plan.Source,
            Destination = plan.Destination,
            Policy = plan.Policy,
            Outcome = outcome,
            EndState = record.State,
            Host = record.State switch
            {
                MigrationEndState.Moved => plan.Destination,
                MigrationEndState.Stayed => plan.Source,
                _ => null,
            },
            OnSource = record.OnSource,
            OnDestination = record.OnDestination,
            StartedAt = record.StartedAt,
            Duration = record.Duration,
            Downtime = record.Figures?.Downtime,
            TotalTime = record.Figures?.Elapsed,
            Sent = record.Figures?.MemoryProcessed,
            Throughput = Throughput(record.Figures),
            Passes = record.Figures?.Iteration,
            MaxThrottle = record.Steering.MaxThrottle,
            ParallelConnections = record.Steering.Used.ParallelConnections,
            ZeroCopy = record.Steering.Used.Uses(MigrationTechniques.ZeroCopy),
            Measured = Measured(record),
            Actions = record.Steering.Actions,
            Notices = Notices(record),
            Plan = plan,
        };
        return outcome == MigrationOutcome.Succeeded ? result : WithError(result, record);
    }

    private static MigrationOutcome OutcomeOf(RunRecord record) => record.State switch
    {
        MigrationEndState.Moved => MigrationOutcome.Succeeded,
        MigrationEndState.Stayed when record.End.StopRequested || StoppedElsewhere(record) => MigrationOutcome.Aborted,
        MigrationEndState.InProgress when record.End.Detached => MigrationOutcome.Detached,
        _ => MigrationOutcome.Failed,
    };

    private static Bandwidth? Throughput(MigrationCounters? figures) =>
        figures is { Elapsed.Ticks: > 0 }
            ? Bandwidth.FromBytesPerSecond((long)(figures.MemoryProcessed.Bytes / figures.Elapsed.TotalSeconds))
            : null;

    private static IReadOnlyList<SettingMeasurement> Measured(RunRecord record)
    {
        TransferSteering steering = record.Steering;
        bool flowed = steering.SentMemory || record.Figures is { MemoryProcessed.Bytes: > 0 };

        // QEMU sends nothing before all the connections that it was told to open are open (migration/multifd.c), and a plain migration
        // has one: so once memory has flowed their number is known.
        string? connections = flowed && record.Plan.TransferIsKnown ? $"{steering.Used.ParallelConnections ?? 1}" : null;
        string?[] rates =
        [
            steering.PeakRate is Bandwidth peak ? $"at most {peak}" : null,
            Throughput(record.Figures) is Bandwidth mean ? $"on average {mean}" : null,
        ];
        string rate = string.Join(", ", rates.OfType<string>());
        return (SettingMeasurement[])
        [
            Beside(record.Plan, "ParallelConnections", connections),
            Beside(record.Plan, "Bandwidth", rate.Length == 0 ? null : rate),
            Beside(record.Plan, "InitialDowntime", record.Figures?.Downtime is TimeSpan downtime
                ? $"{DurationText.Format(downtime)}{(steering.LastDowntime is TimeSpan limit ? $" (limit raised to {DurationText.Format(limit)})" : string.Empty)}"
                : null),
        ];
    }

    private static SettingMeasurement Beside(MigrationPlan plan, string setting, string? seen) =>
        plan.Decisions.FirstOrDefault(one => one.Setting == setting) is PlanDecision decision
            ? new(setting, decision.Asked, decision.Taken, seen)
            : new(setting, "not known", "not known", seen);

    // An error of a call whose VM moved is worth knowing, but it is not the outcome.
    private static IReadOnlyList<string> Notices(RunRecord record) =>
        record.State == MigrationEndState.Moved && record.End.Error is not null
            ? (string[])[$"the VM moved, though libvirt said: {record.End.Error.Message}", .. record.Notices]
            : record.Notices;

    private static MigrationResult WithError(MigrationResult result, RunRecord record)
    {
        HypervisorException? error = record.End.Error;
        (string id, string cause) = record switch
        {
            { State: MigrationEndState.SplitPostCopy } => ("PostCopyBroken", "its connection was lost in post-copy"),
            { State: MigrationEndState.Nowhere } when EndStateClassifier.LostInPostCopy(record.OnSource, record.OnDestination) =>
                (LostGuest.ErrorId, LostGuest.Cause(record.OnSource, record.OnDestination)),
            { State: MigrationEndState.Nowhere } => ("VmNowhere", "neither host runs the VM any more"),
            { State: MigrationEndState.OnBoth } => ("VmOnBothHosts", "both hosts run the VM"),
            { End.Detached: true, State: MigrationEndState.InProgress } => ("MigrationDetached", "it goes on without this shell"),
            { End.StopRequested: true, State: MigrationEndState.Stayed } => ("MigrationAborted", "it was stopped on request"),
            { State: MigrationEndState.Stayed } when StoppedElsewhere(record) => ("MigrationStoppedElsewhere", "somebody else stopped it"),
            { Steering.AbortedBySchedule: true } => ("MigrationNotConverging", $"policy {record.Plan.Policy} gave up: the guest writes its memory faster than it can be sent"),
            { State: MigrationEndState.Stayed } when EncryptionFailed(record) => ("EncryptionFailed", EncryptionCause(record.Plan)),
            { State: MigrationEndState.Stayed, End.Heard: false } => ("MigrationEndUnheard", "it ended without moving the VM: somebody stopped it, or it failed. Why was told to the shell that started it, and to nobody else"),
            { State: MigrationEndState.Stayed, End.SaidToHaveMoved: true } => ("MigrationStateUnknown", "libvirt reported that it moved, but the hosts say that it stayed"),
            _ => (error?.ErrorId ?? "MigrationStateUnknown", error?.Message ?? "the hosts' answers do not settle where the VM is"),
        };
        string told = error is null || cause == error.Message ? string.Empty : $" libvirt said: {error.Message}";
        return result with
        {
            ErrorId = id,
            Error = $"Migration of VM '{result.VM}' from {result.Source} to {result.Destination}: {cause.TrimEnd('.')}. {result.Describe()}{told}",
            RecommendedAction = Advice(result, id, error),
        };
    }

    // libvirt's word for an abort that a client asked for (78), and neither this command nor its policy did.
    private static bool StoppedElsewhere(RunRecord record) =>
        record is { End: { StopRequested: false, Error.Fault: HypervisorFault.Aborted }, Steering.AbortedBySchedule: false };

    // A handshake that fails ends the migration before memory flows, often with words that do not even name TLS (all seen in the lab).
    private static bool EncryptionFailed(RunRecord record) =>
        record.Plan.Transfer.Uses(MigrationTechniques.Tls)
        && !record.Steering.SentMemory
        && record.End.Error is { Fault: HypervisorFault.Internal } error
        && s_encryptionWords.Any(word => error.Message.Contains(word, StringComparison.OrdinalIgnoreCase));

    private static string EncryptionCause(MigrationPlan plan) =>
        "the two QEMUs did not agree on an encrypted connection"
        + (plan.Transfer.TlsDestination is string name ? $"; {plan.Destination}'s certificate must be for '{name}'" : string.Empty);

    private static string Advice(MigrationResult result, string id, HypervisorException? error) => result.EndState switch
    {
        MigrationEndState.SplitPostCopy => $"Touch neither half. See to the network between {result.Source} and {result.Destination}, then: Resume-VmMigration {result.VM}.",
        MigrationEndState.Nowhere when id == LostGuest.ErrorId => LostGuest.Advice(result.VM, result.OnSource, result.OnDestination),
        MigrationEndState.Nowhere => $"Look at the QEMU log of the VM on both hosts before you start it again; its definition is on {(result.OnSource.Persistent ? result.Source : result.Destination)}.",
        MigrationEndState.OnBoth => $"Pause one of the two at once, and find out which one has the current state: virsh suspend {result.VM}.",
        MigrationEndState.InProgress => $"It goes on by itself. Watch it: Watch-VmMigration {result.VM}.",
        MigrationEndState.Unknown when result.OnSource.Reason == VmStateReason.PostCopyFailed || result.OnDestination.Reason == VmStateReason.PostCopyFailed =>
            $"Touch neither half. See to it that both hosts answer, then: Resume-VmMigration {result.VM}.",
        MigrationEndState.Unknown => $"See to it that both hosts answer, then ask: Get-VmMigration and Get-VM {result.VM}.",
        _ when id == "MigrationNotConverging" => "Try policy SuspendWorkloadIfNeeded or PostCopy, or a time when the guest writes less.",
        _ when id == "EncryptionFailed" => "Check the certificates for migration on both hosts (qemu.conf: migrate_tls_x509_cert_dir or default_tls_x509_cert_dir, else /etc/pki/qemu): "
            + $"one authority, not expired, a client certificate on the source, and that name in the destination's. /var/log/libvirt/qemu/{result.VM}.log on {result.Source} has QEMU's own reason.",
        _ when id == "MigrationEndUnheard" => $"/var/log/libvirt/qemu/{result.VM}.log on both hosts may say more. Start it again when it suits.",
        _ when id is "MigrationAborted" or "MigrationStoppedElsewhere" => "Start it again when it suits.",
        _ => error?.RecommendedAction ?? "Try again.",
    };
}
