using System.Management.Automation;
using VirtMigration.Cmdlets.Jobs;
using VirtMigration.Execution;
using VirtMigration.Inventory;

namespace VirtMigration.Cmdlets.Commands;

/// <summary>Moves running VMs to other hosts, and says of each where it is when it ended.</summary>
[Cmdlet(VerbsLifecycle.Start, "VmLiveMigration", SupportsShouldProcess = true)]
[OutputType(typeof(MigrationResult), typeof(MigrationJob))]
public sealed class StartVmLiveMigrationCommand : PlanningCmdlet
{
    private readonly List<QueuedMigration> _forJob = [];
    private QueueSession? _queue;

    /// <summary>Plans and asks as usual, and then migrates as a job of this shell, with a child job a VM.</summary>
    [Parameter]
    public SwitchParameter AsJob { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (VmReference reference in VM)
        {
            Guarded(() => _queue, () => ForOne(() => Ask(reference)));
            Guarded(() => _queue, () => _queue?.Drain());
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (_forJob.Count > 0)
        {
            StartJob();
        }

        Guarded(() => _queue, () => _queue?.DrainToEnd());
    }

    private void Ask(VmReference reference)
    {
        VirtualMachine vm = Find(reference);
        MigrationRun run = Plan(vm);
        if (ShouldProcess(run.Plan.ToText(), $"Migrate {run.Plan}?", "Live migration", out ShouldProcessReason reason))
        {
            Planning.PlanOptions options = Options();
            Take(new(run, token => PlanMaker.MakeAnewAsync(vm, options, token)) { Left = PlanMaker.Release });
        }
        else if (reason != ShouldProcessReason.WhatIf)
        {
            PlanMaker.Release(run.Plan);
        }
    }

    private void Take(QueuedMigration migration)
    {
        if (AsJob)
        {
            _forJob.Add(migration);
            return;
        }

        _queue ??= new(new PipelineOutput(this, StopToken));
        _queue.Enqueue(migration);
    }

    // From here on it is the job's: whatever becomes of this command, the job goes on.
    private void StartJob()
    {
        MigrationJob job = MigrationJob.For(this, _forJob.Select(one => JobVm.Of(one.Run.Plan)));
        QueueSession queue = new(job.CommandOutput);
        foreach (QueuedMigration migration in _forJob)
        {
            queue.Enqueue(migration);
        }

        job.Begin(queue);
        WriteObject(job);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _queue?.Dispose();
        }

        base.Dispose(disposing);
    }
}
