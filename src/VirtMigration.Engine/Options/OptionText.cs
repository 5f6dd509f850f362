using VirtMigration.Units;

namespace VirtMigration.Options;

/// <summary>Options as people write them.</summary>
public static class OptionText
{
    /// <summary>What a VM's option is called where the VM states none of its own.</summary>
    public const string ClusterValue = "ClusterValue";

    /// <summary>What a cluster's option is called where the cluster states none.</summary>
    public const string Default = "Default";

    /// <summary>The options of a cluster by name, as it states them; <see cref="Default"/> where it does not.</summary>
    /// <param name="options">The options.</param>
    public static IReadOnlyList<(string Setting, string Value)> Of(ClusterMigrationOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return
        [
            (nameof(options.Policy), options.Policy ?? Default),
            (nameof(options.ParallelConnections), options.ParallelConnections?.Value ?? Default),
            (nameof(options.MaxParallelConnections), options.MaxParallelConnections?.ToString() ?? Default),
            (nameof(options.ParallelAllowed), options.ParallelAllowed?.ToString() ?? Default),
            (nameof(options.MigrationBandwidth), options.MigrationBandwidth?.Value ?? Default),
            (nameof(options.SwitchoverBandwidth), options.SwitchoverBandwidth?.Value ?? Default),
            (nameof(options.Encryption), options.Encryption?.ToString() ?? Default),
            (nameof(options.GuestNotice), options.GuestNotice?.Value ?? Default),
            (nameof(options.MaxConcurrent), options.MaxConcurrent?.ToString() ?? Default),
            (nameof(options.MigrationNetwork), options.MigrationNetwork ?? Default),
            (nameof(options.PassthroughCountsAsPinned), options.PassthroughCountsAsPinned?.ToString() ?? Default),
        ];
    }

    /// <summary>The options of a VM by name, as it states them; <see cref="ClusterValue"/> where it does not.</summary>
    /// <param name="options">The options.</param>
    public static IReadOnlyList<(string Setting, string Value)> Of(VmMigrationOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return
        [
            (nameof(options.Policy), options.Policy ?? ClusterValue),
            (nameof(options.ParallelConnections), options.ParallelConnections?.Value ?? ClusterValue),
            (nameof(options.MaxParallelConnections), options.MaxParallelConnections?.ToString() ?? ClusterValue),
            (nameof(options.MigrationBandwidth), options.MigrationBandwidth?.Value ?? ClusterValue),
            (nameof(options.SwitchoverBandwidth), options.SwitchoverBandwidth?.Value ?? ClusterValue),
            (nameof(options.Encryption), options.Encryption?.ToString() ?? ClusterValue),
            (nameof(options.MaxDowntime), options.MaxDowntime is TimeSpan downtime ? DurationText.Exact(downtime) : ClusterValue),
            (nameof(options.RemapPins), options.RemapPins?.ToString() ?? ClusterValue),
            (nameof(options.GuestNotice), options.GuestNotice?.Value ?? ClusterValue),
            (nameof(options.MigrationMode), options.MigrationMode?.ToString() ?? ClusterValue),
            (nameof(options.MigrationPriority), options.MigrationPriority?.ToString() ?? ClusterValue),
            (nameof(options.HighPerformance), options.HighPerformance?.ToString() ?? ClusterValue),
            (nameof(options.AssignedHosts), options.AssignedHosts?.ToString() ?? ClusterValue),
            (nameof(options.ExcludedHosts), options.ExcludedHosts?.ToString() ?? ClusterValue),
            (nameof(options.PreferredHosts), options.PreferredHosts?.ToString() ?? ClusterValue),
            (nameof(options.AvoidedHosts), options.AvoidedHosts?.ToString() ?? ClusterValue),
        ];
    }

    /// <summary>What a change changes: <c>Policy Default -> VeryLarge, Encryption False -> True</c>.</summary>
    /// <param name="before">The options before.</param>
    /// <param name="after">The options after.</param>
    public static string Difference(
        IReadOnlyList<(string Setting, string Value)> before, IReadOnlyList<(string Setting, string Value)> after)
    {
        string text = string.Join(", ", before.Zip(after)
            .Where(pair => pair.First.Value != pair.Second.Value)
            .Select(pair => $"{pair.First.Setting} {pair.First.Value} -> {pair.Second.Value}"));
        return text.Length == 0 ? "nothing changes" : text;
    }
}
