using System.Management.Automation;
using VirtMigration.Execution;
using VirtMigration.Inventory;
using VirtMigration.Planning;

namespace VirtMigration.Cmdlets.Commands;

/// <summary>Ends hosts' maintenance: VMs may come to them again, and on request those that were moved away are brought back.</summary>
[Cmdlet(VerbsLifecycle.Stop, "VmHostMaintenance", SupportsShouldProcess = true)]
[OutputType(typeof(MigrationResult), typeof(StoppedVmResult))]
public sealed class StopVmHostMaintenanceCommand : ClusterCmdlet
{
    private readonly List<(string Host, HeldLease? Lease)> _open = [];
    private MaintenanceEnding? _ending;
    private PlanMaker? _planMaker;
    private QueueSession? _queue;

    /// <summary>The hosts by name.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Name")]
    [ArgumentCompleter(typeof(Completion.HostCompleter))]
    public new string[] Host { get; set; } = [];

    /// <summary>Brings back the VMs that were moved away and are still where they were moved to.</summary>
    [Parameter]
    public SwitchParameter BringBack { get; set; }

    /// <summary>Ends it too where it cannot be told whether somebody still moves the host's VMs.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    private MaintenanceEnding Ending => _ending ??= Session.MaintenanceEnding;

    private PlanMaker PlanMaker => _planMaker ??= Session.PlanMaker;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (string name in Host)
        {
            Guarded(() => _queue, () => ForOne(() => End(name)));
            Guarded(() => _queue, () => _queue?.Drain());
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        Guarded(() => _queue, () => _queue?.DrainToEnd());
        foreach ((string host, _) in _open)
        {
            ForOne(() => Warn(Await(token => Ending.SettleAsync(host, token)) is string left ? [left] : []));
        }
    }

    private void End(string name)
    {
        ProposedMaintenanceEnd proposed = Await(token => Ending.ProposeAsync(name, BringBack, Force, token));
        Warn(proposed.Warnings);
        if (!ShouldProcess(proposed.ToText(), proposed.Question(), "Stop-VmHostMaintenance"))
        {
            return;
        }

        HeldLease? lease = Await(token => Ending.ApplyAsync(proposed, token));
        _open.Add((proposed.Record.Host, lease));
        foreach (VirtualMachine vm in proposed.Returning)
        {
            ForOne(() => Return(vm, proposed.Record.Host));
            _queue?.Drain();
        }
    }

    private void Return(VirtualMachine vm, string host)
    {
        if (ProposedMaintenanceEnd.IsOff(vm))
        {
            Write(Await(token => Ending.ReturnDefinitionAsync(vm, host, token)));
            return;
        }

        PlanOptions options = new() { Destination = host };
        MigrationRun run = Await(token => PlanMaker.MakeAsync(vm, options, token));
        Warn(run.Plan.Warnings.Select(warning => $"VM '{vm.Name}': {warning}"));
        _queue ??= new(new PipelineOutput(this, StopToken));
        _queue.Enqueue(new(run, token => PlanMaker.MakeAnewAsync(vm, options, token)) { Left = PlanMaker.Release });
    }

    private void Write(StoppedVmResult result)
    {
        Warn(result.Notices.Select(notice => $"VM '{result.VM}': {notice}"));
        WriteObject(result);
        if (result.ErrorId is not null)
        {
            WriteError(ErrorRecords.From(result));
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _queue?.Dispose();
            foreach ((_, HeldLease? lease) in _open)
            {
                _ = lease?.DisposeAsync().AsTask().Wait(TimeSpan.FromSeconds(5));
            }

            _open.Clear();
        }

        base.Dispose(disposing);
    }
}
