using VirtMigration.Inventory;
using VirtMigration.Planning;
using VirtMigration.Ports;

namespace VirtMigration.UnitTests.Execution;

/// <summary>One call of the hypervisor's migrate, which the test ends.</summary>
internal sealed class FakeTransfer(Guid vm, TransferSettings settings, FakeHost source, FakeHost destination)
{
    private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Guid Vm => vm;

    public TransferSettings Settings => settings;

    public FakeHost Destination => destination;

    public Task End => _end.Task;

    /// <summary>The VM moves and the call says so.</summary>
    public void Succeed(MigrationCounters? completed = null)
    {
        Move();
        if (completed is not null)
        {
            source.Publish(new JobCompleted(completed));
        }

        _end.TrySetResult();
    }

    /// <summary>The VM moves and the call says something else.</summary>
    public void MoveBut(HypervisorFault fault)
    {
        Move();
        Fail(fault);
    }

    /// <summary>The call fails; the VM is where it was.</summary>
    public void Fail(HypervisorFault fault) => _end.TrySetException(source.Fault(fault, $"migrate failed: {fault}"));

    /// <summary>The call returns without an error, whatever became of the VM.</summary>
    public void Return() => _end.TrySetResult();

    private void Move()
    {
        source.Says[vm] = source.Absent();
        destination.Says[vm] = destination.Running(vm, VmStateReason.Migrated);
    }
}
