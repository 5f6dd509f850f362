using System.Management.Automation;
using VirtMigration.Cmdlets.Conversion;
using VirtMigration.Execution;
using VirtMigration.Inventory;
using VirtMigration.Options;
using VirtMigration.Placement;
using VirtMigration.Planning;
using VirtMigration.Policies;
using VirtMigration.Units;

namespace VirtMigration.Cmdlets.Commands;

/// <summary>What planning a migration and starting one take alike.</summary>
public abstract class PlanningCmdlet : ClusterCmdlet
{
    private PlanMaker? _planMaker;
    private bool _remapPinsTyped;

    /// <summary>The VMs: objects from Get-VM, names or UUIDs.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(Completion.VmCompleter))]
    public VmReference[] VM { get; set; } = [];

    /// <summary>The destination by name; left out: the best other host of the cluster.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(Completion.HostCompleter))]
    public string? Destination { get; set; }

    /// <summary>The migration policy by name; left out: the VM's, the cluster's, else MinimalDowntime.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(Completion.PolicyCompleter))]
    public string? Policy { get; set; }

    /// <summary>Parallel connections: Disabled, Auto, Parallel or a number from 2 to 255; left out: the VM's, the cluster's, else
    /// Disabled.</summary>
    [Parameter]
    [ParallelChoiceTransformation]
    [ArgumentCompleter(typeof(Completion.ParallelChoiceCompleter))]
    public ParallelChoice? ParallelConnections { get; set; }

    /// <summary>The most that may be sent, with its unit; left out: the VM's, the cluster's, else what the links carry.</summary>
    [Parameter]
    [BandwidthTransformation]
    public Bandwidth? Bandwidth { get; set; }

    /// <summary>The bandwidth QEMU may count on when it decides to switch over: None, Link, or a rate with its unit; left out: the VM's,
    /// the cluster's, the policy's, else None.</summary>
    [Parameter]
    [BandwidthChoiceTransformation]
    [ArgumentCompleter(typeof(Completion.BandwidthChoiceCompleter))]
    public BandwidthChoice? SwitchoverBandwidth { get; set; }

    /// <summary>Post-copy: Off, Armed (it can be switched by hand) or Scheduled (as the policy says); left out: as the policy says.</summary>
    [Parameter]
    public PostCopyMode? PostCopy { get; set; }

    /// <summary>The most that may be sent once the guest runs on the destination, with its unit; left out: as the policy says, else what
    /// the link carries.</summary>
    [Parameter]
    [BandwidthTransformation]
    public Bandwidth? PostCopyBandwidth { get; set; }

    /// <summary>How memory is compressed; left out: as the policy says.</summary>
    [Parameter]
    public CompressionMethod? Compression { get; set; }

    /// <summary>Whether memory is sent encrypted; left out: the VM's, the cluster's, else not.</summary>
    [Parameter]
    public bool? Encryption { get; set; }

    /// <summary>The downtime allowed at the start, with its unit; left out: the VM's, else the policy's.</summary>
    [Parameter]
    [DurationTransformation]
    public TimeSpan? MaxDowntime { get; set; }

    /// <summary>Rewrites pins and NUMA bindings where they do not fit the destination; -RemapPins:$false leaves them although the VM asks for
    /// it. Left out: as the VM says.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public SwitchParameter RemapPins { get; set; }

    /// <summary>How the guest is told of its migration, before it and after it: Disabled, channel:NAME or agent:COMMAND; left out: the
    /// VM's, the cluster's, else Disabled.</summary>
    [Parameter]
    [GuestNoticeTransformation]
    [ArgumentCompleter(typeof(Completion.GuestNoticeCompleter))]
    public GuestNotice? GuestNotice { get; set; }

    /// <summary>Moves it although an affinity group is broken by it: its rule only warns.</summary>
    [Parameter]
    public SwitchParameter IgnoreAffinity { get; set; }

    /// <summary>Lets this shell drive the transfer instead of the source's daemon: if the shell dies, the VM stays.</summary>
    [Parameter]
    public SwitchParameter Attached { get; set; }

    /// <summary>Known from virsh, and refused with the reason.</summary>
    [Parameter(DontShow = true)]
    public SwitchParameter Tunnelled { get; set; }

    /// <summary>Known from virsh, and refused with the reason.</summary>
    [Parameter(DontShow = true)]
    public SwitchParameter Rdma { get; set; }

    /// <summary>How long the migration may take, in all (10min) or for each GiB that is to be moved (150s/GiB); left out: as long as the
    /// policy lets it.</summary>
    [Parameter]
    [TimeoutTransformation]
    public MigrationTimeout? Timeout { get; set; }

    /// <summary>What is done then: Abort, PostCopy, Pause or Finish; left out: Abort.</summary>
    [Parameter]
    public TimeoutAction? TimeoutAction { get; set; }

    /// <summary>Makes the plans of this command's VMs, which count for each other.</summary>
    protected PlanMaker PlanMaker => _planMaker ??= Session.PlanMaker;

    /// <inheritdoc/>
    protected override void BeginProcessing() => ForAll(() =>
    {
        _ = NamedPolicy();

        // A report that comes down the pipeline says whether it was asked for there; that it was not does not overrule the VM.
        _remapPinsTyped = MyInvocation.BoundParameters.ContainsKey(nameof(RemapPins));
        _ = Bandwidth?.ToMebibytesPerSecond();
        _ = PostCopyBandwidth?.ToMebibytesPerSecond();
    });

    /// <summary>The plan for a VM.</summary>
    /// <param name="vm">The VM.</param>
    protected MigrationRun Plan(VirtualMachine vm)
    {
        PlanOptions options = Options();
        MigrationRun run = Await(token => PlanMaker.MakeAsync(vm, options, token));
        foreach (string warning in run.Plan.Warnings)
        {
            WriteWarning($"VM '{vm.Name}': {warning}.");
        }

        foreach (DestinationFinding finding in run.Findings.Where(finding => finding is { Severity: FindingSeverity.Warning, Id: not "PlanWarning" }))
        {
            WriteVerbose($"VM '{vm.Name}': {finding}. {finding.Action}");
        }

        return run;
    }

    /// <summary>What was asked for.</summary>
    protected PlanOptions Options() => new()
    {
        Policy = NamedPolicy(),
        Destination = Destination,
        ParallelConnections = ParallelConnections,
        Bandwidth = Bandwidth,
        SwitchoverBandwidth = SwitchoverBandwidth,
        MaxDowntime = MaxDowntime,
        PostCopy = PostCopy,
        PostCopyBandwidth = PostCopyBandwidth,
        Compression = Compression,
        Encryption = Encryption,
        RemapPins = RemapPins ? true : _remapPinsTyped ? false : null,
        GuestNotice = GuestNotice,
        IgnoreAffinity = IgnoreAffinity,
        Transport = Tunnelled ? MigrationTransport.Tunnelled
            : Rdma ? MigrationTransport.Rdma
            : Attached ? MigrationTransport.Attached
            : MigrationTransport.PeerToPeer,
        Timeout = Timeout,
        TimeoutAction = TimeoutAction,
    };

    // An empty name comes down the pipeline from a report that states none.
    private MigrationPolicy? NamedPolicy() => string.IsNullOrEmpty(Policy) || Policy == OptionText.ClusterValue ? null : Session.Policies.Find(Policy);
}
