using System.Management.Automation;
using VirtMigration.Cmdlets.Conversion;
using VirtMigration.Execution;
using VirtMigration.Inventory;
using VirtMigration.Planning;
using VirtMigration.Policies;
using VirtMigration.Units;

namespace VirtMigration.Cmdlets.Commands;

/// <summary>What planning a migration and starting one take alike.</summary>
public abstract class PlanningCmdlet : ClusterCmdlet
{
    /// <summary>The VMs: objects from Get-VM, names or UUIDs.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(Completion.VmCompleter))]
    public VmReference[] VM { get; set; } = [];

    /// <summary>The destination by name; left out: the best other host of the cluster.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(Completion.HostCompleter))]
    public string? Destination { get; set; }

    /// <summary>The migration policy by name; left out: MinimalDowntime.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(Completion.PolicyCompleter))]
    public string? Policy { get; set; }

    /// <summary>The most that may be sent, with its unit; left out: what the links carry.</summary>
    [Parameter]
    [BandwidthTransformation]
    public Bandwidth? Bandwidth { get; set; }

    /// <summary>The downtime allowed at the start, with its unit; left out: the policy's.</summary>
    [Parameter]
    [DurationTransformation]
    public TimeSpan? MaxDowntime { get; set; }

    /// <summary>Lets this shell drive the transfer instead of the source's daemon: if the shell dies, the VM stays.</summary>
    [Parameter]
    public SwitchParameter Attached { get; set; }

    /// <summary>The policy that was named, known to exist.</summary>
    protected MigrationPolicy? NamedPolicy { get; private set; }

    /// <inheritdoc/>
    protected override void BeginProcessing() => ForAll(() =>
    {
        NamedPolicy = Policy is null ? null : BuiltInPolicies.Find(Policy);
        _ = Bandwidth?.ToMebibytesPerSecond();
    });

    /// <summary>The plan for a VM.</summary>
    /// <param name="vm">The VM.</param>
    protected MigrationRun Plan(VirtualMachine vm)
    {
        PlanOptions options = Options();
        return Await(token => Session.PlanMaker.MakeAsync(vm, options, token));
    }

    /// <summary>What was asked for.</summary>
    protected PlanOptions Options() => new()
    {
        Policy = NamedPolicy,
        Destination = Destination,
        Bandwidth = Bandwidth,
        MaxDowntime = MaxDowntime,
        Attached = Attached,
    };
}
