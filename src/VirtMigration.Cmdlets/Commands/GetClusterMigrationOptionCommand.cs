using System.Management.Automation;
using VirtMigration.Options;

namespace VirtMigration.Cmdlets.Commands;

/// <summary>Shows what clusters state for their migrations.</summary>
[Cmdlet(VerbsCommon.Get, "ClusterMigrationOption")]
[OutputType(typeof(ClusterMigrationOption))]
public sealed class GetClusterMigrationOptionCommand : ClusterCmdlet
{
    /// <summary>The clusters by name, wildcards allowed; left out: all.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(Completion.ClusterCompleter))]
    public string[] Cluster { get; set; } = ["*"];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (string name in Cluster)
        {
            ForOne(() =>
            {
                IEnumerable<string> clusters = WildcardPattern.ContainsWildcardCharacters(name)
                    ? Session.Inventory.RequireHosts().Select(host => host.Cluster).Distinct(StringComparer.OrdinalIgnoreCase).Where(cluster => Matches(name, cluster)).Order()
                    : [name];
                foreach (string cluster in clusters)
                {
                    WriteObject(Session.Options.Read(cluster));
                }
            });
        }
    }
}
