using System.Management.Automation;
using VirtMigration.Execution;
using VirtMigration.Inventory;

namespace VirtMigration.Cmdlets.Commands;

/// <summary>Stops a migration in pre-copy, whoever started it, and says where the VM is then.</summary>
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
        VmMigration migration = Await(token => Session.Watcher.FindAsync(vm, Session.Registry.All(), token));
        if (ShouldProcess($"Stop the migration of VM '{migration.VM}' from {migration.Source} to {migration.Destination}; it stays on {migration.Source}",
                $"Stop the migration of VM '{migration.VM}'?", "Stop-VmMigration"))
        {
            WriteObject(Await(token => Session.Stopper.StopAsync(migration, token)));
        }
    }
}
