using VirtMigration.Planning;
using VirtMigration.Ports;
using VirtMigration.Units;

namespace VirtMigration.Execution;

/// <summary>The plan of a migration that another shell started, as far as it is known: the schedule is; what was handed to the hypervisor
/// only where that shell wrote it down, without pins.</summary>
internal static class TakenOverPlan
{
    public static MigrationPlan Of(VmMigration migration, string policy, ScheduleIntent schedule, ByteSize memory, IHypervisorHost destination, TransferSettings? transfer) => new()
    {
        VM = migration.VM,
        Uuid = migration.Uuid,
        Source = migration.Source!,
        Destination = destination.Registration.Name,
        Policy = policy,
        Memory = memory,
        Transfer = transfer ?? new()
        {
            Techniques = MigrationTechniques.None,
            DestinationUri = destination.Registration.PeerUri,
            Bandwidth = Bandwidth.Unlimited,
        },
        TransferIsKnown = transfer is not null,
        InitialDowntime = schedule.InitialDowntime,
        Schedule = schedule.Steps,
        Deadlines = schedule.Deadlines,
        Timeout = schedule.Timeout,
        StepInterval = schedule.StepInterval,
        Concurrency = 1,
        Decisions = Array.Empty<PlanDecision>(),
    };
}
