using System.Management.Automation;
using VirtMigration.Execution;
using VirtMigration.Inventory;
using VirtMigration.Ports;

namespace VirtMigration.Cmdlets.Commands;

/// <summary>Lists the runs that the history holds, the newest last.</summary>
[Cmdlet(VerbsCommon.Get, "VmMigrationHistory")]
[OutputType(typeof(MigrationRecord))]
public sealed class GetVmMigrationHistoryCommand : ClusterCmdlet
{
    private readonly List<VmReference> _vms = [];

    /// <summary>Only the runs of these VMs: objects from Get-VM, names, UUIDs; wildcards allowed.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(Completion.VmCompleter))]
    public VmReference[]? VM { get; set; }

    /// <summary>Only the runs that left these hosts, wildcards allowed.</summary>
    [Parameter]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(Completion.HostCompleter))]
    public string[]? Source { get; set; }

    /// <summary>Only the runs that were to go to these hosts, wildcards allowed.</summary>
    [Parameter]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(Completion.HostCompleter))]
    public string[]? Destination { get; set; }

    /// <summary>Only the runs that started at this time or later.</summary>
    [Parameter]
    public DateTime? After { get; set; }

    /// <summary>Only the runs that started before this time.</summary>
    [Parameter]
    public DateTime? Before { get; set; }

    /// <summary>Only the runs after which the VM was in one of these states.</summary>
    [Parameter]
    public MigrationEndState[]? EndState { get; set; }

    /// <summary>Only the runs of these operators, as alice@ops1, wildcards allowed.</summary>
    [Parameter]
    [SupportsWildcards]
    public string[]? Operator { get; set; }

    /// <summary>Of these only so many, the newest.</summary>
    [Parameter]
    public int? Last { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => _vms.AddRange(VM ?? []);

    /// <inheritdoc/>
    protected override void EndProcessing() => ForOne(() =>
    {
        List<string> leftOut = [];
        IAsyncEnumerator<MigrationRecord> runs = Session.History.ReadAsync(Query(), leftOut.Add, StopToken).GetAsyncEnumerator(StopToken);
        try
        {
            while (Next(runs))
            {
                WriteObject(runs.Current);
            }
        }
        finally
        {
            runs.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }

        leftOut.ForEach(WriteWarning);
    });

    // Only where a part of a file is still to be read is there something to wait for; a wait for each of thousands of runs takes longer
    // than their reading.
    private bool Next(IAsyncEnumerator<MigrationRecord> runs)
    {
        ValueTask<bool> next = runs.MoveNextAsync();
        return next.IsCompletedSuccessfully ? next.Result : Await(_ => next.AsTask());
    }

    private HistoryQuery Query() => new()
    {
        Matches = Matches,

        // Where nothing comes through the pipeline, no VM is meant, and not every one.
        VMs = VM is not null || MyInvocation.ExpectingInput ? _vms : null,
        Sources = Source,
        Destinations = Destination,
        Operators = Operator,
        EndStates = EndState,
        After = After,
        Before = Before,
        Last = Last,
    };
}
