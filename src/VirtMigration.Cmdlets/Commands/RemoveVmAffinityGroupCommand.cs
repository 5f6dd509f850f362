using System.Management.Automation;
using VirtMigration.Options;

namespace VirtMigration.Cmdlets.Commands;

/// <summary>Removes affinity groups. Their VMs are not touched.</summary>
[Cmdlet(VerbsCommon.Remove, "VmAffinityGroup", SupportsShouldProcess = true)]
public sealed class RemoveVmAffinityGroupCommand : ClusterCmdlet
{
    /// <summary>The groups by name.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(Completion.AffinityGroupCompleter))]
    public string[] Name { get; set; } = [];

    /// <summary>The cluster, where several have a group of that name.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(Completion.ClusterCompleter))]
    public string? Cluster { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (string name in Name)
        {
            ForOne(() =>
            {
                AffinityGroup group = Session.AffinityGroups.Find(name, Cluster);
                string what = $"Remove affinity group '{group.Name}' of cluster '{group.Cluster}' ({group.Describe()})";
                if (ShouldProcess($"{what}; its VMs stay where they are", $"{what}?", "Remove-VmAffinityGroup"))
                {
                    Session.AffinityGroups.Remove(group.Name, group.Cluster);
                }
            });
        }
    }
}
