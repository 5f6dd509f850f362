using System.Management.Automation;
using VirtMigration.Inventory;
using VirtMigration.Planning;

namespace VirtMigration.Cmdlets.Commands;

/// <summary>Shows what a migration would use, with a decision for each setting. Reads only.</summary>
[Cmdlet(VerbsCommon.Get, "VmMigrationPlan")]
[OutputType(typeof(MigrationPlan))]
public sealed class GetVmMigrationPlanCommand : PlanningCmdlet
{
    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (VmReference reference in VM)
        {
            ForOne(() => WriteObject(Plan(Find(reference)).Plan));
        }
    }
}
