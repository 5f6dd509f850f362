using System.Management.Automation;
using VirtMigration.Policies;

namespace VirtMigration.Cmdlets.Commands;

/// <summary>Lists the migration policies.</summary>
[Cmdlet(VerbsCommon.Get, "VmMigrationPolicy")]
[OutputType(typeof(MigrationPolicy))]
public sealed class GetVmMigrationPolicyCommand : ClusterCmdlet
{
    /// <summary>The policies by name, wildcards allowed.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(Completion.PolicyCompleter))]
    public string[] Name { get; set; } = ["*"];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (string name in Name)
        {
            ForOne(() => WriteObject(
                WildcardPattern.ContainsWildcardCharacters(name)
                    ? Session.Policies.All().Where(policy => Matches(name, policy.Name))
                    : [Session.Policies.Find(name)],
                enumerateCollection: true));
        }
    }
}
