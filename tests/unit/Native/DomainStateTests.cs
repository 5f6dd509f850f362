using VirtMigration.Inventory;
using VirtMigration.Native.Domains;
using VirtMigration.Ports;
using Xunit;

namespace VirtMigration.UnitTests.Native;

public sealed class DomainStateTests
{
    [Theory]
    [InlineData(1, 0, VmPowerState.Running, VmStateReason.Other)]
    [InlineData(1, 2, VmPowerState.Running, VmStateReason.Migrated)]
    [InlineData(1, 6, VmPowerState.Running, VmStateReason.MigrationCancelled)]
    [InlineData(1, 10, VmPowerState.Running, VmStateReason.RunningInPostCopy)]
    [InlineData(1, 11, VmPowerState.Running, VmStateReason.PostCopyFailed)]
    [InlineData(3, 1, VmPowerState.Paused, VmStateReason.PausedByUser)]
    [InlineData(3, 2, VmPowerState.Paused, VmStateReason.Migration)]
    [InlineData(3, 5, VmPowerState.Paused, VmStateReason.IoError)]
    [InlineData(3, 11, VmPowerState.Paused, VmStateReason.StartingUp)]
    [InlineData(3, 12, VmPowerState.Paused, VmStateReason.PostCopy)]
    [InlineData(3, 13, VmPowerState.Paused, VmStateReason.PostCopyFailed)]
    [InlineData(5, 4, VmPowerState.ShutOff, VmStateReason.Migrated)]
    [InlineData(5, 2, VmPowerState.ShutOff, VmStateReason.Other)]
    [InlineData(6, 1, VmPowerState.Crashed, VmStateReason.Crashed)]
    [InlineData(99, 1, VmPowerState.Unknown, VmStateReason.Other)]
    public void A_reason_is_read_together_with_its_state(int state, int reason, VmPowerState expected, VmStateReason expectedReason)
    {
        Assert.Equal(expected, DomainState.StateOf(state));
        Assert.Equal(expectedReason, DomainState.ReasonOf(state, reason));
    }

    [Theory]
    [InlineData(VmPowerState.Paused, VmStateReason.PostCopy, MigrationDirection.Outgoing)]
    [InlineData(VmPowerState.Paused, VmStateReason.PostCopyFailed, MigrationDirection.Outgoing)]
    [InlineData(VmPowerState.Running, VmStateReason.RunningInPostCopy, MigrationDirection.Incoming)]
    [InlineData(VmPowerState.Running, VmStateReason.PostCopyFailed, MigrationDirection.Incoming)]
    [InlineData(VmPowerState.Paused, VmStateReason.Migration, MigrationDirection.Incoming)]
    [InlineData(VmPowerState.Paused, VmStateReason.StartingUp, null)]
    [InlineData(VmPowerState.Running, VmStateReason.Other, null)]
    public void Some_states_give_a_migration_away(VmPowerState state, VmStateReason reason, MigrationDirection? expected) =>
        Assert.Equal(expected, DomainState.SideOf(state, reason));
}
