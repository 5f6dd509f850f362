using System.Globalization;
using VirtMigration.Units;

namespace VirtMigration.Options;

/// <summary>Options as operators type them, turned into a change: what is not typed stays as it is.</summary>
public static class OptionEdit
{
    /// <summary>A change of a cluster's options.</summary>
    /// <param name="typed">The values by option (<see cref="ClusterMigrationOptions"/>); <see cref="OptionText.Default"/> takes one
    /// back.</param>
    /// <exception cref="VirtMigrationException">BandwidthInvalid, ParallelConnectionsInvalid, GuestNoticeInvalid or OptionInvalid: a
    /// value cannot be read.</exception>
    public static Func<ClusterMigrationOptions, ClusterMigrationOptions> OfCluster(IReadOnlyDictionary<string, string> typed)
    {
        ArgumentNullException.ThrowIfNull(typed);
        Reader read = new(typed, OptionText.Default);
        ClusterMigrationOptions values = new()
        {
            Cluster = string.Empty,
            Policy = read.Text(nameof(ClusterMigrationOptions.Policy)),
            ParallelConnections = read.Value(nameof(ClusterMigrationOptions.ParallelConnections), ParallelChoice.Parse),
            MaxParallelConnections = read.Value(nameof(ClusterMigrationOptions.MaxParallelConnections), text => Number(nameof(ClusterMigrationOptions.MaxParallelConnections), text)),
            ParallelAllowed = read.Value(nameof(ClusterMigrationOptions.ParallelAllowed), text => Flag(nameof(ClusterMigrationOptions.ParallelAllowed), text)),
            MigrationBandwidth = read.Value(nameof(ClusterMigrationOptions.MigrationBandwidth), BandwidthChoice.Parse),
            SwitchoverBandwidth = read.Value(nameof(ClusterMigrationOptions.SwitchoverBandwidth), BandwidthChoice.Parse),
            Encryption = read.Value(nameof(ClusterMigrationOptions.Encryption), text => Flag(nameof(ClusterMigrationOptions.Encryption), text)),
            GuestNotice = read.Value(nameof(ClusterMigrationOptions.GuestNotice), GuestNotice.Parse),
            MaxConcurrent = read.Value(nameof(ClusterMigrationOptions.MaxConcurrent), text => Same(text, "Policy") ? null : Number(nameof(ClusterMigrationOptions.MaxConcurrent), text)),
            MigrationNetwork = read.Text(nameof(ClusterMigrationOptions.MigrationNetwork)) is { } network && !Same(network, "None") ? network : null,
            PassthroughCountsAsPinned = read.Value(nameof(ClusterMigrationOptions.PassthroughCountsAsPinned), text => Flag(nameof(ClusterMigrationOptions.PassthroughCountsAsPinned), text)),
        };
        return options => options with
        {
            Policy = read.Has(nameof(options.Policy)) ? values.Policy : options.Policy,
            ParallelConnections = read.Has(nameof(options.ParallelConnections)) ? values.ParallelConnections : options.ParallelConnections,
            MaxParallelConnections = read.Has(nameof(options.MaxParallelConnections)) ? values.MaxParallelConnections : options.MaxParallelConnections,
            ParallelAllowed = read.Has(nameof(options.ParallelAllowed)) ? values.ParallelAllowed : options.ParallelAllowed,
            MigrationBandwidth = read.Has(nameof(options.MigrationBandwidth)) ? values.MigrationBandwidth : options.MigrationBandwidth,
            SwitchoverBandwidth = read.Has(nameof(options.SwitchoverBandwidth)) ? values.SwitchoverBandwidth : options.SwitchoverBandwidth,
            Encryption = read.Has(nameof(options.Encryption)) ? values.Encryption : options.Encryption,
            GuestNotice = read.Has(nameof(options.GuestNotice)) ? values.GuestNotice : options.GuestNotice,
            MaxConcurrent = read.Has(nameof(options.MaxConcurrent)) ? values.MaxConcurrent : options.MaxConcurrent,
            MigrationNetwork = read.Has(nameof(options.MigrationNetwork)) ? values.MigrationNetwork : options.MigrationNetwork,
            PassthroughCountsAsPinned = read.Has(nameof(options.PassthroughCountsAsPinned)) ? values.PassthroughCountsAsPinned : options.PassthroughCountsAsPinned,
        };
    }

    /// <summary>A change of a VM's options.</summary>
    /// <param name="typed">The values by option (<see cref="VmMigrationOptions"/>); <see cref="OptionText.ClusterValue"/> takes one
    /// back.</param>
    /// <exception cref="VirtMigrationException">BandwidthInvalid, ParallelConnectionsInvalid, DurationInvalid, GuestNoticeInvalid or
    /// OptionInvalid: a value cannot be read.</exception>
    public static Func<VmMigrationOptions, VmMigrationOptions> OfVm(IReadOnlyDictionary<string, string> typed)
    {
        ArgumentNullException.ThrowIfNull(typed);
        Reader read = new(typed, OptionText.ClusterValue);
        VmMigrationOptions values = new()
        {
            Policy = read.Text(nameof(VmMigrationOptions.Policy)),
            ParallelConnections = read.Value(nameof(VmMigrationOptions.ParallelConnections), ParallelChoice.Parse),
            MaxParallelConnections = read.Value(nameof(VmMigrationOptions.MaxParallelConnections), text => Number(nameof(VmMigrationOptions.MaxParallelConnections), text)),
            MigrationBandwidth = read.Value(nameof(VmMigrationOptions.MigrationBandwidth), BandwidthChoice.Parse),
            SwitchoverBandwidth = read.Value(nameof(VmMigrationOptions.SwitchoverBandwidth), BandwidthChoice.Parse),
            Encryption = read.Value(nameof(VmMigrationOptions.Encryption), text => Flag(nameof(VmMigrationOptions.Encryption), text)),
            MaxDowntime = read.Value(nameof(VmMigrationOptions.MaxDowntime), DurationText.Parse),
            RemapPins = read.Value(nameof(VmMigrationOptions.RemapPins), text => Flag(nameof(VmMigrationOptions.RemapPins), text)),
            GuestNotice = read.Value(nameof(VmMigrationOptions.GuestNotice), GuestNotice.Parse),
            MigrationMode = read.Value(nameof(VmMigrationOptions.MigrationMode), text => Word<MigrationMode>(nameof(VmMigrationOptions.MigrationMode), text, "mode")),
            MigrationPriority = read.Value(nameof(VmMigrationOptions.MigrationPriority), text => Word<MigrationPriority>(nameof(VmMigrationOptions.MigrationPriority), text, "priority")),
            HighPerformance = read.Value(nameof(VmMigrationOptions.HighPerformance), text => Flag(nameof(VmMigrationOptions.HighPerformance), text)),
            AssignedHosts = read.Hosts(nameof(VmMigrationOptions.AssignedHosts)),
            ExcludedHosts = read.Hosts(nameof(VmMigrationOptions.ExcludedHosts)),
            PreferredHosts = read.Hosts(nameof(VmMigrationOptions.PreferredHosts)),
            AvoidedHosts = read.Hosts(nameof(VmMigrationOptions.AvoidedHosts)),
        };
        return options => options with
        {
            Policy = read.Has(nameof(options.Policy)) ? values.Policy : options.Policy,
            ParallelConnections = read.Has(nameof(options.ParallelConnections)) ? values.ParallelConnections : options.ParallelConnections,
            MaxParallelConnections = read.Has(nameof(options.MaxParallelConnections)) ? values.MaxParallelConnections : options.MaxParallelConnections,
            MigrationBandwidth = read.Has(nameof(options.MigrationBandwidth)) ? values.MigrationBandwidth : options.MigrationBandwidth,
            SwitchoverBandwidth = read.Has(nameof(options.SwitchoverBandwidth)) ? values.SwitchoverBandwidth : options.SwitchoverBandwidth,
            Encryption = read.Has(nameof(options.Encryption)) ? values.Encryption : options.Encryption,
            MaxDowntime = read.Has(nameof(options.MaxDowntime)) ? values.MaxDowntime : options.MaxDowntime,
            RemapPins = read.Has(nameof(options.RemapPins)) ? values.RemapPins : options.RemapPins,
            GuestNotice = read.Has(nameof(options.GuestNotice)) ? values.GuestNotice : options.GuestNotice,
            MigrationMode = read.Has(nameof(options.MigrationMode)) ? values.MigrationMode : options.MigrationMode,
            MigrationPriority = read.Has(nameof(options.MigrationPriority)) ? values.MigrationPriority : options.MigrationPriority,
            HighPerformance = read.Has(nameof(options.HighPerformance)) ? values.HighPerformance : options.HighPerformance,
            AssignedHosts = read.Has(nameof(options.AssignedHosts)) ? values.AssignedHosts : options.AssignedHosts,
            ExcludedHosts = read.Has(nameof(options.ExcludedHosts)) ? values.ExcludedHosts : options.ExcludedHosts,
            PreferredHosts = read.Has(nameof(options.PreferredHosts)) ? values.PreferredHosts : options.PreferredHosts,
            AvoidedHosts = read.Has(nameof(options.AvoidedHosts)) ? values.AvoidedHosts : options.AvoidedHosts,
        };
    }

    private static int? Number(string setting, string text) =>
        int.TryParse(text.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number)
            ? number
            : throw Invalid(setting, text, "it is not a whole number", "Write a whole number, such as 16.");

    private static bool? Flag(string setting, string text) =>
        bool.TryParse(text.Trim(), out bool flag) ? flag : throw Invalid(setting, text, "it is neither true nor false", "Write $true or $false.");

    private static T? Word<T>(string setting, string text, string kind)
        where T : struct, Enum
    {
        foreach (T value in Enum.GetValues<T>())
        {
            if (Same(text, $"{value}"))
            {
                return value;
            }
        }

        throw Invalid(setting, text, $"there is no such {kind}", $"Write one of {string.Join(", ", Enum.GetNames<T>())}.");
    }

    private static VirtMigrationException Invalid(string setting, string text, string reason, string wayOut) =>
        new("OptionInvalid", $"'{text}' cannot be {setting}: {reason}.", wayOut, setting);

    private static bool Same(string left, string right) => left.Trim().Equals(right, StringComparison.OrdinalIgnoreCase);

    private sealed class Reader(IReadOnlyDictionary<string, string> typed, string none)
    {
        public bool Has(string setting) => typed.ContainsKey(setting);

        public string? Text(string setting) =>
            typed.TryGetValue(setting, out string? text) && !string.IsNullOrWhiteSpace(text) && !Same(text, none) ? text.Trim() : null;

        public HostNames? Hosts(string setting) => Text(setting) is string text ? HostNames.Parse(text) : null;

        public T? Value<T>(string setting, Func<string, T> read)
            where T : struct => Text(setting) is string text ? read(text) : null;

        public T? Value<T>(string setting, Func<string, T?> read)
            where T : struct => Text(setting) is string text ? read(text) : null;
    }
}
