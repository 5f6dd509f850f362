using System.Management.Automation;
using VirtMigration.Execution;
using VirtMigration.Inventory;
using VirtMigration.Readiness;

namespace VirtMigration.Cmdlets.Commands;

/// <summary>Says of hosts, and of the ways between them, whether VMs can migrate there, and all that speaks against it. Reads only,
/// unless -Probe has it send small VMs of its own.</summary>
[Cmdlet(VerbsDiagnostic.Test, "VmHost", SupportsShouldProcess = true)]
[OutputType(typeof(HostReport), typeof(bool))]
public sealed class TestVmHostCommand : ClusterCmdlet
{
    private const int Activity = 990;

    private readonly List<HostRegistration> _hosts = [];

    /// <summary>The hosts by name, wildcards allowed; left out: all.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(Completion.HostCompleter))]
    public string[]? Name { get; set; }

    /// <summary>Only the hosts of this cluster.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(Completion.ClusterCompleter))]
    public string? Cluster { get; set; }

    /// <summary>Only the ways to these hosts, by name, wildcards allowed.</summary>
    [Parameter]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(Completion.HostCompleter))]
    public string[]? Peer { get; set; }

    /// <summary>Tries each way with a VM of its own, which is transient, paused and without disks, and is ended at once.</summary>
    [Parameter]
    public SwitchParameter Probe { get; set; }

    /// <summary>Writes only whether all is ready.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => ForOne(() => _hosts.AddRange(Hosts(Name, Cluster)));

    /// <inheritdoc/>
    protected override void EndProcessing() => ForAll(() =>
    {
        if (_hosts.Count == 0)
        {
            return;
        }

        HostTestScope scope = HostTestScope.Of([.. _hosts.Distinct()], Peer is null ? null : Hosts(Peer, null), Session.Registry.All());
        IReadOnlyList<HostReport> reports = Test(Session.HostTester, scope, [.. scope.Pairs.Where(pair => Probe && MayTry(pair))]);
        if (Quiet)
        {
            WriteObject(reports.All(report => report.Ready));
            return;
        }

        WriteObject(reports, enumerateCollection: true);
    });

    private bool MayTry(HostTestPair pair) => ShouldProcess(
        $"Migrate a probe from {pair.Source.Name} to {pair.Destination.Name} and end it there: a VM of this product's own, paused, without disks and network",
        $"Migrate a probe from {pair.Source.Name} to {pair.Destination.Name}?",
        "Test-VmHost");

    // The test goes on beside this thread, which alone may write; stopped, it first ends the probes that are under way.
    private IReadOnlyList<HostReport> Test(HostTester tester, HostTestScope scope, HashSet<HostTestPair> probes)
    {
        using OutputPump<HostTestProgress> pump = new();
        Task<IReadOnlyList<HostReport>> testing = Task.Run(async () =>
        {
            try
            {
                return await tester.TestAsync(scope, probes, new Posting(pump), StopToken);
            }
            finally
            {
                pump.Complete();
            }
        });
        pump.DrainToEnd(Show, CancellationToken.None);
        try
        {
            IReadOnlyList<HostReport> reports = Await(_ => testing);
            WriteProgress(new(Activity, "Test-VmHost", "done") { RecordType = ProgressRecordType.Completed });
            return reports;
        }
        catch (PipelineStoppedException)
        {
            foreach (string left in tester.Left)
            {
                base.Host.UI.WriteWarningLine($"Stopped; this probe may still be there: {left}. Test-VmHost says how to end it.");
            }

            throw;
        }
    }

    private void Show(HostTestProgress progress)
    {
        if (Stopping)
        {
            return;
        }

        try
        {
            WriteProgress(new(Activity, "Test-VmHost", $"{(progress.Total > 0 ? $"{progress.Done} of {progress.Total} ways tried: " : string.Empty)}{progress.Now}")
            {
                PercentComplete = progress.Total > 0 ? progress.Done * 100 / progress.Total : -1,
            });
        }
        catch (PipelineStoppedException) when (Stopping)
        {
            // The test is stopping too, and is waited for.
        }
    }

    private sealed class Posting(OutputPump<HostTestProgress> pump) : IProgress<HostTestProgress>
    {
        public void Report(HostTestProgress value) => pump.Post(value);
    }
}
