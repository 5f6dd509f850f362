using System.Management.Automation;
using VirtMigration.Inventory;
using VirtMigration.Options;

namespace VirtMigration.Cmdlets.Commands;

/// <summary>Shows what VMs state for their own migrations, and what counts for them.</summary>
[Cmdlet(VerbsCommon.Get, "VmMigrationOption")]
[OutputType(typeof(VmMigrationOption))]
public sealed class GetVmMigrationOptionCommand : ClusterCmdlet
{
    /// <summary>The VMs: objects from Get-VM, names or UUIDs.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(Completion.VmCompleter))]
    public VmReference[] VM { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (VmReference reference in VM)
        {
            ForOne(() =>
            {
                VirtualMachine vm = Find(reference);
                VmMigrationOption options = Await(token => Session.Options.ReadAsync(vm, token));
                if (options.Problem is string problem)
                {
                    WriteWarning($"VM '{vm.Name}': {problem}");
                }

                WriteObject(options);
            });
        }
    }
}
