using System.Management.Automation;
using VirtMigration.Execution;
using VirtMigration.Inventory;
using VirtMigration.Options;

namespace VirtMigration.Cmdlets.Commands;

/// <summary>Adds an affinity group: VMs that belong on one host, or each on a host of its own.</summary>
[Cmdlet(VerbsCommon.New, "VmAffinityGroup", SupportsShouldProcess = true)]
[OutputType(typeof(AffinityGroup))]
public sealed class NewVmAffinityGroupCommand : ClusterCmdlet
{
    private const string Together = "Together";
    private const string Apart = "Apart";

    private readonly List<VirtualMachine> _vms = [];

    /// <summary>The name to type from now on.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    public string Name { get; set; } = string.Empty;

    /// <summary>The VMs, two or more of one cluster: objects from Get-VM, names or UUIDs.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(Completion.VmCompleter))]
    public VmReference[] VM { get; set; } = [];

    /// <summary>The VMs belong on one host.</summary>
    [Parameter(Mandatory = true, ParameterSetName = Together)]
    public SwitchParameter KeepTogether { get; set; }

    /// <summary>The VMs belong each on a host of its own.</summary>
    [Parameter(Mandatory = true, ParameterSetName = Apart)]
    public SwitchParameter KeepApart { get; set; }

    /// <summary>A host where the rule would be broken is out of the question; without it, it only counts less.</summary>
    [Parameter]
    public SwitchParameter Mandatory { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => ForAll(() => _vms.AddRange(VM.Select(Find)));

    /// <inheritdoc/>
    protected override void EndProcessing() => ForOne(() =>
    {
        AffinityGroup group = AffinityGroup.Of(Name, ParameterSetName == Together ? AffinityRule.Together : AffinityRule.Apart, Mandatory, _vms);
        AffinityChange proposed = Await(token => Session.AffinityEditor.ProposeAsync(group, token));
        Warn(proposed.Warnings);
        if (ShouldProcess(proposed.ToString(), $"{proposed}?", "New-VmAffinityGroup"))
        {
            Session.AffinityGroups.Add(group);
            WriteObject(group);
        }
    });
}
