using VirtMigration.Inventory;
using VirtMigration.Ports;

namespace VirtMigration.Native.Domains;

/// <summary>libvirt's states and their reasons in the product's words (virDomainState and the enums of its reasons,
/// libvirt-domain.h).</summary>
internal static class DomainState
{
    /// <summary>The state.</summary>
    /// <param name="state">libvirt's number; one from a newer libvirt is unknown.</param>
    public static VmPowerState StateOf(int state) => Enum.IsDefined((VmPowerState)state) ? (VmPowerState)state : VmPowerState.Unknown;

    /// <summary>The reason, as far as a decision rests on it.</summary>
    /// <param name="state">libvirt's number of the state.</param>
    /// <param name="reason">libvirt's number of the reason, which means something else in each state.</param>
    public static VmStateReason ReasonOf(int state, int reason) => ((VmPowerState)state, reason) switch
    {
        (VmPowerState.Running, 2) => VmStateReason.Migrated,
        (VmPowerState.Running, 6) => VmStateReason.MigrationCancelled,
        (VmPowerState.Running, 9) => VmStateReason.Crashed,
        (VmPowerState.Running, 10) => VmStateReason.RunningInPostCopy,
        (VmPowerState.Running, 11) => VmStateReason.PostCopyFailed,
        (VmPowerState.Paused, 1) => VmStateReason.PausedByUser,
        (VmPowerState.Paused, 2) => VmStateReason.Migration,
        (VmPowerState.Paused, 5) => VmStateReason.IoError,
        (VmPowerState.Paused, 10) => VmStateReason.Crashed,
        (VmPowerState.Paused, 11) => VmStateReason.StartingUp,
        (VmPowerState.Paused, 12) => VmStateReason.PostCopy,
        (VmPowerState.Paused, 13) => VmStateReason.PostCopyFailed,
        (VmPowerState.ShutOff, 3) => VmStateReason.Crashed,
        (VmPowerState.ShutOff, 4) => VmStateReason.Migrated,
        (VmPowerState.Crashed, _) => VmStateReason.Crashed,
        _ => VmStateReason.Other,
    };

    /// <summary>The side of a migration that a state alone gives away; null: it gives none away.</summary>
    /// <param name="state">The state.</param>
    /// <param name="reason">The reason.</param>
    public static MigrationDirection? SideOf(VmPowerState state, VmStateReason reason) => (state, reason) switch
    {
        (VmPowerState.Paused, VmStateReason.PostCopy or VmStateReason.PostCopyFailed) => MigrationDirection.Outgoing,
        (VmPowerState.Running, VmStateReason.RunningInPostCopy or VmStateReason.PostCopyFailed) => MigrationDirection.Incoming,
        (VmPowerState.Paused, VmStateReason.Migration) => MigrationDirection.Incoming,
        _ => null,
    };
}
