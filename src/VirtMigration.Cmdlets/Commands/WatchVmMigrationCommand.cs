using System.Management.Automation;
using VirtMigration.Cmdlets.Conversion;
using VirtMigration.Convergence;
using VirtMigration.Execution;
using VirtMigration.Inventory;
using VirtMigration.Policies;

namespace VirtMigration.Cmdlets.Commands;

/// <summary>Watches a migration, whoever started it: a stream of samples until it ends. It only looks, and Ctrl+C ends the looking; with
/// -TakeOver it steers a migration that nobody steers any more.</summary>
[Cmdlet("Watch", "VmMigration", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(MigrationSample), typeof(MigrationResult))]
public sealed class WatchVmMigrationCommand : ClusterCmdlet
{
    private MigrationPolicy? _policy;

    /// <summary>The VM: an object, a name or a UUID.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(Completion.VmCompleter))]
    public VmReference VM { get; set; } = null!;

    /// <summary>The time between samples, with its unit: 100ms to 1h.</summary>
    [Parameter]
    [DurationTransformation]
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Waits for a migration of the VM to begin.</summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    /// <summary>With -Wait: for how long, with its unit.</summary>
    [Parameter]
    [DurationTransformation]
    public TimeSpan? Timeout { get; set; }

    /// <summary>Takes over the steps that are left of its schedule.</summary>
    [Parameter]
    public SwitchParameter TakeOver { get; set; }

    /// <summary>With -TakeOver: the policy whose schedule is run, in the place of the one that it was started with.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(Completion.PolicyCompleter))]
    public string? Policy { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing() => ForAll(() =>
    {
        MigrationWatcher.CheckInterval(Interval);
        MigrationWatcher.CheckWishes(Wait, Timeout, TakeOver, Policy);
        _policy = string.IsNullOrEmpty(Policy) ? null : Session.Policies.Find(Policy);
    });

    /// <inheritdoc/>
    protected override void ProcessRecord() => ForOne(() =>
    {
        VirtualMachine vm = Find(VM);
        VmMigration migration = Await(token => Wait
            ? Session.Watcher.WaitAsync(vm, Session.Registry.All(), Timeout, token)
            : Session.Watcher.FindAsync(vm, Session.Registry.All(), token));
        if (TakeOver)
        {
            Take(migration);
        }
        else
        {
            Look(migration);
        }
    });

    private void Take(VmMigration migration)
    {
        ProposedTakeOver proposed = Await(token => Session.TakeOver.ProposeAsync(migration, _policy, token));
        Warn(proposed.Warnings);
        if (ShouldProcess(proposed.ToText(), $"{proposed.ToText()}{Environment.NewLine}Take over?", "Watch-VmMigration -TakeOver"))
        {
            using TakeOverSession session = new(this, proposed, Interval, StopToken);
            session.Run();
        }
    }

    private void Look(VmMigration migration)
    {
        IAsyncEnumerator<MigrationSample> samples = Session.Watcher
            .WatchAsync(migration, Session.Registry.Find(migration.Source!), Interval, StopToken)
            .GetAsyncEnumerator(StopToken);
        try
        {
            while (Await(_ => samples.MoveNextAsync().AsTask()))
            {
                WriteObject(samples.Current);
            }
        }
        finally
        {
            samples.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }
}
