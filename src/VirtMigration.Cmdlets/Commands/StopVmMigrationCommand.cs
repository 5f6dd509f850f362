using System.Management.Automation;
using VirtMigration.Execution;
using VirtMigration.Inventory;

namespace VirtMigration.Cmdlets.Commands;

/// <summary>Stops a migration in pre-copy, whoever started it, or takes one that waits out of its queue, and says where the VM is
/// then.</summary>
[Cmdlet(VerbsLifecycle.Stop, "VmMigration", SupportsShouldProcess = true)]
[OutputType(typeof(StoppedMigration))]
public sealed class StopVmMigrationCommand : ClusterCmdlet
{
    /// <summary>The VMs: objects, names or UUIDs.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(Completion.VmCompleter))]
    public VmReference[] VM { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (VmReference reference in VM)
        {
            ForOne(() => Stop(reference));
        }
    }

    private void Stop(VmReference reference)
    {
        VirtualMachine vm = Find(reference);
        VmMigration? queued = Session.Queues.Find(vm.Uuid);
        VmMigration migration = queued ?? Await(token => Session.Watcher.FindAsync(vm, Session.Registry.All(), token));
        string from = $"VM '{migration.VM}' from {migration.Source} to {migration.Destination}";
        if (ShouldProcess(
                queued is null
                    ? $"Stop the migration of {from}; it stays on {migration.Source}"
                    : $"Take the migration of {from} out of the queue; it stays on {migration.Source}, and nothing is done to it",
                $"Stop the migration of VM '{migration.VM}'?", "Stop-VmMigration"))
        {
            WriteObject(Await(token => Session.Stopper.StopAsync(migration, token)));
        }
    }
}
