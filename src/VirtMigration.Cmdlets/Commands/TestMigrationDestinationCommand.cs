using System.Management.Automation;
using VirtMigration.Execution;
using VirtMigration.Inventory;
using VirtMigration.Placement;
using VirtMigration.Planning;
using VirtMigration.Policies;

namespace VirtMigration.Cmdlets.Commands;

/// <summary>Says of each host whether VMs can go there, how well, and all that speaks against it. Reads only.</summary>
[Cmdlet(VerbsDiagnostic.Test, "MigrationDestination")]
[OutputType(typeof(DestinationReport), typeof(bool))]
public sealed class TestMigrationDestinationCommand : ClusterCmdlet
{
    private MigrationPolicy? _policy;
    private DestinationAssessor? _assessor;

    /// <summary>The VMs: objects from Get-VM, names or UUIDs.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(Completion.VmCompleter))]
    public VmReference[] VM { get; set; } = [];

    /// <summary>The hosts to look at; left out: the other hosts of the VM's cluster.</summary>
    [Parameter(Position = 1)]
    [ArgumentCompleter(typeof(Completion.HostCompleter))]
    public string[]? Destination { get; set; }

    /// <summary>The migration policy by name; left out: the VM's, the cluster's, else MinimalDowntime.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(Completion.PolicyCompleter))]
    public string? Policy { get; set; }

    /// <summary>Counts with pins and NUMA bindings that are rewritten where they do not fit a host; -RemapPins:$false counts with those it
    /// has although the VM asks for others. Left out: as the VM says.</summary>
    [Parameter]
    public SwitchParameter RemapPins { get; set; }

    /// <summary>Looks at it as if affinity groups might be broken: their rules only warn.</summary>
    [Parameter]
    public SwitchParameter IgnoreAffinity { get; set; }

    /// <summary>Writes only whether the VM can go to any of them.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing() => ForAll(() =>
    {
        _policy = Policy is null ? null : Session.Policies.Find(Policy);
        _assessor = Session.Assessor;
    });

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (VmReference reference in VM)
        {
            ForOne(() =>
            {
                VirtualMachine vm = Find(reference);
                PlanOptions options = new()
                {
                    Policy = _policy,
                    IgnoreAffinity = IgnoreAffinity,
                    RemapPins = MyInvocation.BoundParameters.ContainsKey(nameof(RemapPins)) ? RemapPins.ToBool() : null,
                };
                IReadOnlyList<DestinationReport> reports = Await(token => _assessor!.AssessAsync(vm, options, Destination, token));
                if (Quiet)
                {
                    WriteObject(reports.Any(report => report.Eligible));
                    return;
                }

                WriteObject(reports, enumerateCollection: true);
            });
        }
    }
}
