using System.Management.Automation;
using VirtMigration.Execution;
using VirtMigration.Inventory;
using VirtMigration.Options;

namespace VirtMigration.Cmdlets.Commands;

/// <summary>Changes an affinity group: its name, its VMs, and what holds for them.</summary>
[Cmdlet(VerbsCommon.Set, "VmAffinityGroup", SupportsShouldProcess = true, DefaultParameterSetName = AsItIs)]
[OutputType(typeof(AffinityGroup))]
public sealed class SetVmAffinityGroupCommand : ClusterCmdlet
{
    private const string AsItIs = "AsItIs";
    private const string Together = "Together";
    private const string Apart = "Apart";

    /// <summary>The groups by name.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(Completion.AffinityGroupCompleter))]
    public string[] Name { get; set; } = [];

    /// <summary>The cluster, where several have a group of that name.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(Completion.ClusterCompleter))]
    public string? Cluster { get; set; }

    /// <summary>Another name for it.</summary>
    [Parameter]
    public string? NewName { get; set; }

    /// <summary>VMs to add: objects from Get-VM, names or UUIDs.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(Completion.VmCompleter))]
    public VmReference[] AddVM { get; set; } = [];

    /// <summary>VMs to take out: objects from Get-VM, or names or UUIDs as the group has them, wildcards allowed.</summary>
    [Parameter]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(Completion.VmCompleter))]
    public VmReference[] RemoveVM { get; set; } = [];

    /// <summary>The VMs belong on one host.</summary>
    [Parameter(Mandatory = true, ParameterSetName = Together)]
    public SwitchParameter KeepTogether { get; set; }

    /// <summary>The VMs belong each on a host of its own.</summary>
    [Parameter(Mandatory = true, ParameterSetName = Apart)]
    public SwitchParameter KeepApart { get; set; }

    /// <summary>A host where the rule would be broken is out of the question; -Mandatory:$false, and it only counts less.</summary>
    [Parameter]
    public SwitchParameter Mandatory { get; set; }

    /// <summary>Writes the group after the change.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (string name in Name)
        {
            ForOne(() => Set(name));
        }
    }

    private void Set(string name)
    {
        AffinityEdit edit = new()
        {
            NewName = NewName,
            Add = [.. AddVM.Select(Find)],
            Remove = [.. RemoveVM.Select(vm => (vm, (Func<string, bool>)(known => Matches(vm.Name, known))))],
            Rule = ParameterSetName switch
            {
                Together => AffinityRule.Together,
                Apart => AffinityRule.Apart,
                _ => null,
            },
            Mandatory = MyInvocation.BoundParameters.ContainsKey(nameof(Mandatory)) ? Mandatory.IsPresent : null,
        };
        AffinityChange proposed = Await(token => Session.AffinityEditor.ProposeAsync(name, Cluster, edit, token));
        Warn(proposed.Warnings);
        if (!ShouldProcess(proposed.ToString(), $"{proposed}?", "Set-VmAffinityGroup"))
        {
            return;
        }

        AffinityGroup changed = Session.AffinityGroups.Change(name, Cluster, edit);
        if (PassThru)
        {
            WriteObject(changed);
        }
    }
}
