using System.Management.Automation;
using VirtMigration.Inventory;
using VirtMigration.Options;

namespace VirtMigration.Cmdlets.Commands;

/// <summary>Lists the affinity groups.</summary>
[Cmdlet(VerbsCommon.Get, "VmAffinityGroup")]
[OutputType(typeof(AffinityGroup))]
public sealed class GetVmAffinityGroupCommand : ClusterCmdlet
{
    /// <summary>The groups by name, wildcards allowed; left out: all.</summary>
    [Parameter(Position = 0)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(Completion.AffinityGroupCompleter))]
    public string[] Name { get; set; } = ["*"];

    /// <summary>Only the groups of these VMs: objects from Get-VM, names or UUIDs.</summary>
    [Parameter(ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(Completion.VmCompleter))]
    public VmReference[]? VM { get; set; }

    /// <summary>Only the groups of this cluster.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(Completion.ClusterCompleter))]
    public string? Cluster { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (string name in Name)
        {
            ForOne(() =>
            {
                IReadOnlyList<AffinityGroup> groups = Session.AffinityGroups.Match(name, Cluster, known => Matches(name, known), WildcardPattern.ContainsWildcardCharacters(name));
                WriteObject(VM is null ? groups : VM.SelectMany(vm => Of(vm, groups)).Distinct(), enumerateCollection: true);
            });
        }
    }

    // By what the groups know of the VM, which may be gone; else by what the hosts know, or it is an error.
    private AffinityGroup[] Of(VmReference vm, IReadOnlyList<AffinityGroup> groups)
    {
        AffinityGroup[] its = [.. groups.Where(group => AffinityEdit.Members(group, vm, known => Matches(vm.Name, known)).Count > 0)];
        return its.Length > 0 || WildcardPattern.ContainsWildcardCharacters(vm.Name)
            ? its
            : [.. groups.Where(group => AffinityEdit.Members(group, new(Find(vm)), _ => false).Count > 0)];
    }
}
