using System.Management.Automation;
using VirtMigration.Policies;

namespace VirtMigration.Cmdlets.Commands;

/// <summary>Removes migration policies that were added and that nothing uses.</summary>
[Cmdlet(VerbsCommon.Remove, "VmMigrationPolicy", SupportsShouldProcess = true)]
public sealed class RemoveVmMigrationPolicyCommand : CancellableCmdlet
{
    /// <summary>The policies by name.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(Completion.PolicyCompleter))]
    public string[] Name { get; set; } = [];

    /// <summary>Removes them although hosts do not answer, so that not every VM can be asked whether it uses them.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (string name in Name)
        {
            ForOne(() =>
            {
                foreach (string warning in Await(token => Session.Options.RequireUnusedAsync(name, Force, token)))
                {
                    WriteWarning($"Policy {name}: {warning}.");
                }

                MigrationPolicy policy = Session.Policies.Find(name);
                if (ShouldProcess($"Remove policy '{policy.Name}'; no cluster and no VM uses it", $"Remove policy '{policy.Name}'?", "Remove-VmMigrationPolicy"))
                {
                    Session.Policies.Remove(policy.Name);
                }
            });
        }
    }
}
