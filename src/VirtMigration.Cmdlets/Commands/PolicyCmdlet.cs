using System.Management.Automation;
using VirtMigration.Cmdlets.Conversion;
using VirtMigration.Options;
using VirtMigration.Policies;
using VirtMigration.Units;

namespace VirtMigration.Cmdlets.Commands;

/// <summary>What making a policy and changing one take alike.</summary>
public abstract class PolicyCmdlet : CancellableCmdlet
{
    /// <summary>What it is for, in one sentence.</summary>
    [Parameter]
    public string? Description { get; set; }

    /// <summary>The downtime allowed at the start, with its unit, 1 ms to 2,000 s.</summary>
    [Parameter]
    [DurationTransformation]
    public TimeSpan? InitialDowntime { get; set; }

    /// <summary>What is done, in this order, as long as a migration has not finished: 'pass 3: downtime 200ms', 'then: abort'.</summary>
    [Parameter]
    [StepsTransformation]
    public ConvergenceStep[]? Schedule { get; set; }

    /// <summary>What is done once when it becomes due, wherever the schedule is: 'no progress for 150s: abort'.</summary>
    [Parameter]
    [AllowEmptyCollection]
    [StepsTransformation]
    public ConvergenceStep[]? Deadline { get; set; }

    /// <summary>The least time between two steps of the schedule, with its unit.</summary>
    [Parameter]
    [DurationTransformation]
    public TimeSpan? StepInterval { get; set; }

    /// <summary>How many migrations with this policy may leave a host at a time, and how many may come to one.</summary>
    [Parameter]
    public int? MaxConcurrent { get; set; }

    /// <summary>Whether QEMU may slow the vCPUs down.</summary>
    [Parameter]
    public bool? AutoConverge { get; set; }

    /// <summary>How much auto-converge slows the vCPUs down first, in percent, 1 to 99.</summary>
    [Parameter]
    public int? AutoConvergeInitial { get; set; }

    /// <summary>How much more it slows them down each time, in percent, 1 to 99.</summary>
    [Parameter]
    public int? AutoConvergeIncrement { get; set; }

    /// <summary>How memory is compressed.</summary>
    [Parameter]
    public CompressionMethod? Compression { get; set; }

    /// <summary>The XBZRLE cache as a share of the guest's memory, in percent, 1 to 100.</summary>
    [Parameter]
    public int? XbzrleCacheShare { get; set; }

    /// <summary>Whether memory is sent with zero-copy, which makes connections parallel.</summary>
    [Parameter]
    public bool? ZeroCopy { get; set; }

    /// <summary>The bandwidth QEMU may count on when it decides to switch over: None, Link, or a rate with its unit.</summary>
    [Parameter]
    [BandwidthChoiceTransformation]
    [ArgumentCompleter(typeof(Completion.BandwidthChoiceCompleter))]
    public BandwidthChoice? SwitchoverBandwidth { get; set; }

    /// <summary>The most that may be sent once a guest runs on the destination, with its unit.</summary>
    [Parameter]
    [BandwidthTransformation]
    public Bandwidth? PostCopyBandwidth { get; set; }

    /// <summary>Whether a migration can be switched to post-copy by hand although no step does so.</summary>
    [Parameter]
    public bool? ArmsPostCopy { get; set; }

    /// <summary>A policy with what was typed in place of its own.</summary>
    /// <param name="policy">The policy.</param>
    protected MigrationPolicy With(MigrationPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return policy with
        {
            Description = Description ?? policy.Description,
            InitialDowntime = InitialDowntime ?? policy.InitialDowntime,
            Schedule = Schedule ?? policy.Schedule,
            Deadlines = Deadline ?? policy.Deadlines,
            StepInterval = StepInterval ?? policy.StepInterval,
            MaxConcurrent = MaxConcurrent ?? policy.MaxConcurrent,
            AutoConverge = AutoConverge ?? policy.AutoConverge,
            AutoConvergeInitial = AutoConvergeInitial ?? policy.AutoConvergeInitial,
            AutoConvergeIncrement = AutoConvergeIncrement ?? policy.AutoConvergeIncrement,
            Compression = Compression ?? policy.Compression,
            XbzrleCacheShare = XbzrleCacheShare ?? policy.XbzrleCacheShare,
            ZeroCopy = ZeroCopy ?? policy.ZeroCopy,
            SwitchoverBandwidth = SwitchoverBandwidth ?? policy.SwitchoverBandwidth,
            PostCopyBandwidth = PostCopyBandwidth ?? policy.PostCopyBandwidth,
            ArmsPostCopy = ArmsPostCopy ?? policy.ArmsPostCopy,
        };
    }
}
