using System.Management.Automation;
using VirtMigration.Options;
using VirtMigration.Policies;

namespace VirtMigration.Cmdlets.Commands;

/// <summary>Changes a migration policy that was added. Those of the product are read-only.</summary>
[Cmdlet(VerbsCommon.Set, "VmMigrationPolicy", SupportsShouldProcess = true)]
[OutputType(typeof(MigrationPolicy))]
public sealed class SetVmMigrationPolicyCommand : PolicyCmdlet
{
    /// <summary>The policy by name.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(Completion.PolicyCompleter))]
    public string Name { get; set; } = string.Empty;

    /// <summary>Changes it although hosts do not answer, so that not every VM can be checked.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Writes the policy after the change.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => ForOne(() =>
    {
        MigrationPolicy before = Session.Policies.Find(Name);
        MigrationPolicy after = With(before);
        foreach (string warning in Await(token => Session.Options.ProposeAsync(after, Force, token)))
        {
            WriteWarning($"Policy {after.Name}: {warning}.");
        }

        string change = $"Policy '{after.Name}': {OptionText.Difference(PolicyText.Of(before), PolicyText.Of(after))}";
        if (!ShouldProcess(change, $"{change}?", "Set-VmMigrationPolicy"))
        {
            return;
        }

        Session.Policies.Replace(after);
        if (PassThru)
        {
            WriteObject(after);
        }
    });
}
