using VirtMigration.Units;

namespace VirtMigration.Execution;

/// <summary>A change of a running migration that was checked and is ready to be made.</summary>
public sealed record ProposedAdjustment
{
    /// <summary>The migration as it was found.</summary>
    public required VmMigration Migration { get; init; }

    /// <summary>What is to be changed.</summary>
    public required MigrationAdjustment Change { get; init; }

    /// <summary>The rate that stands behind the switchover bandwidth; null: none is asked for, or it is taken back.</summary>
    public Bandwidth? SwitchoverRate { get; init; }

    /// <summary>The downtime limit now; null: it could not be read, or stays.</summary>
    public TimeSpan? DowntimeBefore { get; init; }

    /// <summary>The bandwidth now; null: it could not be read, or stays.</summary>
    public Bandwidth? BandwidthBefore { get; init; }

    /// <summary>The bandwidth of post-copy now; null: it could not be read, or stays.</summary>
    public Bandwidth? PostCopyBandwidthBefore { get; init; }

    /// <summary>What should be known before it is made.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>What is done, one thing after the other, in words.</summary>
    public IReadOnlyList<string> Steps()
    {
        List<string> steps = [];
        if (Change.Bandwidth is Bandwidth bandwidth)
        {
            steps.Add($"bandwidth {(BandwidthBefore is Bandwidth before ? $"{before.ToExactString()} -> " : string.Empty)}{bandwidth.ToExactString()}");
        }

        if (Change.PostCopyBandwidth is Bandwidth postCopy)
        {
            steps.Add($"post-copy bandwidth {(PostCopyBandwidthBefore is Bandwidth before ? $"{before.ToExactString()} -> " : string.Empty)}{postCopy.ToExactString()}");
        }

        if (Change.SwitchoverBandwidth is not null)
        {
            steps.Add($"switchover bandwidth {SwitchoverRate?.ToExactString() ?? "None"}");
        }

        if (Change.MaxDowntime is TimeSpan downtime)
        {
            steps.Add($"downtime limit {(DowntimeBefore is TimeSpan before ? $"{DurationText.Exact(before)} -> " : string.Empty)}{DurationText.Exact(downtime)}");
        }

        if (Change.Suspend)
        {
            steps.Add("pause the guest until the migration ends");
        }

        if (Change.PostCopy)
        {
            steps.Add("switch to post-copy");
        }

        return steps;
    }

    /// <summary>What changes: what -WhatIf prints.</summary>
    public override string ToString() =>
        $"Migration of VM '{Migration.VM}' from {Migration.Source} to {Migration.Destination ?? "a host that is not known"}: {string.Join(", ", Steps())}";
}
