using System.Management.Automation;
using VirtMigration.Execution;
using VirtMigration.Options;

namespace VirtMigration.Cmdlets.Commands;

/// <summary>Changes what a cluster states for its migrations. Default takes an option back.</summary>
[Cmdlet(VerbsCommon.Set, "ClusterMigrationOption", SupportsShouldProcess = true)]
[OutputType(typeof(ClusterMigrationOption))]
public sealed class SetClusterMigrationOptionCommand : OptionCmdlet
{
    /// <summary>The clusters by name.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(Completion.ClusterCompleter))]
    public string[] Cluster { get; set; } = [];

    /// <summary>Whether parallel migration is allowed at all.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? ParallelAllowed { get; set; }

    /// <summary>How many migrations may leave a host at a time, and come to one; Policy leaves it to the policy.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? MaxConcurrent { get; set; }

    /// <summary>The network that memory must be sent over, as 10.78.0.0/24; None for any.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? MigrationNetwork { get; set; }

    /// <summary>Whether a VM with a passed-through CPU counts as pinned.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? PassthroughCountsAsPinned { get; set; }

    /// <summary>Changes it although hosts do not answer, so that not every VM can be checked.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (string cluster in Cluster)
        {
            ForOne(() => Set(cluster));
        }
    }

    private void Set(string cluster)
    {
        Func<ClusterMigrationOptions, ClusterMigrationOptions> change = OptionEdit.OfCluster(Typed(
            nameof(Policy), nameof(ParallelConnections), nameof(MaxParallelConnections), nameof(ParallelAllowed), nameof(MigrationBandwidth),
            nameof(SwitchoverBandwidth), nameof(Encryption), nameof(GuestNotice), nameof(MaxConcurrent), nameof(MigrationNetwork),
            nameof(PassthroughCountsAsPinned)));
        OptionChange proposed = Await(token => Session.Options.ProposeAsync(cluster, change, Force, token));
        Warn(proposed.Warnings);
        if (!ShouldProcess(proposed.ToString(), $"{proposed}?", "Set-ClusterMigrationOption"))
        {
            return;
        }

        ClusterMigrationOption changed = Session.Options.Apply(cluster, change);
        if (PassThru)
        {
            WriteObject(changed);
        }
    }
}
