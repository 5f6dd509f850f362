using System.Management.Automation;
using VirtMigration.Cmdlets.Conversion;
using VirtMigration.Convergence;
using VirtMigration.Execution;
using VirtMigration.Inventory;

namespace VirtMigration.Cmdlets.Commands;

/// <summary>Watches a migration, whoever started it: a stream of samples until it ends. It only looks; Ctrl+C ends the looking.</summary>
[Cmdlet("Watch", "VmMigration")]
[OutputType(typeof(MigrationSample))]
public sealed class WatchVmMigrationCommand : ClusterCmdlet
{
    /// <summary>The VM: an object, a name or a UUID.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(Completion.VmCompleter))]
    public VmReference VM { get; set; } = null!;

    /// <summary>The time between samples, with its unit: 100ms to 1h.</summary>
    [Parameter]
    [DurationTransformation]
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    protected override void BeginProcessing() => ForAll(() => MigrationWatcher.CheckInterval(Interval));

    /// <inheritdoc/>
    protected override void ProcessRecord() => ForOne(() =>
    {
        VirtualMachine vm = Find(VM);
        VmMigration migration = Await(token => Session.Watcher.FindAsync(vm, Session.Registry.All(), token));
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
    });
}
