using System.Management.Automation;
using VirtMigration.Execution;
using VirtMigration.Inventory;

namespace VirtMigration.Cmdlets.Commands;

/// <summary>Moves running VMs to other hosts, and says of each where it is when it ended.</summary>
[Cmdlet(VerbsLifecycle.Start, "VmLiveMigration", SupportsShouldProcess = true)]
[OutputType(typeof(MigrationResult))]
public sealed class StartVmLiveMigrationCommand : PlanningCmdlet
{
    private QueueSession? _queue;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (VmReference reference in VM)
        {
            Guarded(() => ForOne(() => Ask(reference)));
            Guarded(() => _queue?.Drain());
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing() => Guarded(() => _queue?.DrainToEnd());

    private void Ask(VmReference reference)
    {
        VirtualMachine vm = Find(reference);
        MigrationRun run = Plan(vm);
        if (ShouldProcess(run.Plan.ToText(), $"Migrate {run.Plan}?", "Live migration", out ShouldProcessReason reason))
        {
            Planning.PlanOptions options = Options();
            _queue ??= new(this, StopToken);
            _queue.Enqueue(new(run, token => PlanMaker.MakeAnewAsync(vm, options, token)) { Left = PlanMaker.Release });
        }
        else if (reason != ShouldProcessReason.WhatIf)
        {
            PlanMaker.Release(run.Plan);
        }
    }

    // Whatever ends the command early, the VMs under way are never left to nobody's care.
    private void Guarded(Action work)
    {
        try
        {
            work();
        }
        catch (Exception) when (Stopping)
        {
            _queue?.SayAfterStop();
            throw;
        }
        catch (Exception)
        {
            _queue?.FinishUnderWay();
            throw;
        }
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
