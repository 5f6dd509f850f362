using System.Globalization;
using VirtMigration.Inventory;
using VirtMigration.Planning;
using VirtMigration.Policies;
using VirtMigration.Units;

namespace VirtMigration.Options;

/// <summary>What a VM states for its own migrations, as it is written: <c>ClusterValue</c> where it states nothing.</summary>
public sealed record VmMigrationOption
{
    /// <summary>The VM's name.</summary>
    public required string VM { get; init; }

    /// <summary>The VM's UUID.</summary>
    public required Guid Uuid { get; init; }

    /// <summary>The host it is on.</summary>
    public required string Host { get; init; }

    /// <summary>The host's cluster.</summary>
    public required string Cluster { get; init; }

    /// <summary>The migration policy by name, or ClusterValue.</summary>
    public required string Policy { get; init; }

    /// <summary>Disabled, Auto, Parallel, a number, or ClusterValue.</summary>
    public required string ParallelConnections { get; init; }

    /// <summary>The most connections that the automatic number takes, or ClusterValue.</summary>
    public required string MaxParallelConnections { get; init; }

    /// <summary>Link, a rate, unlimited, or ClusterValue.</summary>
    public required string MigrationBandwidth { get; init; }

    /// <summary>None, Link, a rate, or ClusterValue.</summary>
    public required string SwitchoverBandwidth { get; init; }

    /// <summary>True, False, or ClusterValue.</summary>
    public required string Encryption { get; init; }

    /// <summary>The downtime allowed at the start, or ClusterValue (which is the policy's).</summary>
    public required string MaxDowntime { get; init; }

    /// <summary>Whether its pins are rewritten where they do not fit the destination: True, False, or ClusterValue.</summary>
    public required string RemapPins { get; init; }

    /// <summary>How its guest is told of its migrations: Disabled, channel:NAME, agent:COMMAND, or ClusterValue.</summary>
    public required string GuestNotice { get; init; }

    /// <summary>Who may migrate it: ManualAndAutomatic, ManualOnly, NotMigratable, or ClusterValue (then what it is made of
    /// decides).</summary>
    public required string MigrationMode { get; init; }

    /// <summary>When it leaves a host that is emptied: High, Medium, Low, or ClusterValue (which is Medium: clusters state none).</summary>
    public required string MigrationPriority { get; init; }

    /// <summary>Whether it is a high-performance VM: True, False, or ClusterValue.</summary>
    public required string HighPerformance { get; init; }

    /// <summary>The only hosts that it may be on, with commas between them, or ClusterValue (any).</summary>
    public required string AssignedHosts { get; init; }

    /// <summary>The hosts that it must not be on, with commas between them, or ClusterValue (none).</summary>
    public required string ExcludedHosts { get; init; }

    /// <summary>The hosts that it should rather be on, with commas between them, or ClusterValue (none).</summary>
    public required string PreferredHosts { get; init; }

    /// <summary>The hosts that it should rather not be on, with commas between them, or ClusterValue (none).</summary>
    public required string AvoidedHosts { get; init; }

    /// <summary>What makes it a pinned or high-performance VM, a short text each; empty: it is none.</summary>
    public required IReadOnlyList<string> PinnedBy { get; init; }

    /// <summary>What counts for the VM's migrations, and whose word it is.</summary>
    public required IReadOnlyList<OptionValue> Effective { get; init; }

    /// <summary>Why what is stored with the VM cannot be understood and counts as nothing; null: it can.</summary>
    public string? Problem { get; init; }

    /// <summary>A VM's options with what counts.</summary>
    /// <param name="vm">The VM.</param>
    /// <param name="definition">Its definition, with what it states.</param>
    /// <param name="cluster">What its cluster states.</param>
    /// <param name="policies">The policies there are.</param>
    public static VmMigrationOption From(
        VirtualMachine vm, VmDefinition definition, ClusterMigrationOptions cluster, IReadOnlyList<MigrationPolicy> policies)
    {
        ArgumentNullException.ThrowIfNull(vm);
        ArgumentNullException.ThrowIfNull(definition);
        VmMigrationOptions options = definition.Options;
        EffectiveMigrationMode mode = EffectiveMigrationMode.Of(definition, cluster);
        EffectiveOptions effective = OptionResolver.Resolve(new PlanOptions(), options, cluster, policies);
        Dictionary<string, string> own = OptionText.Of(options).ToDictionary(pair => pair.Setting, pair => pair.Value);
        return new()
        {
            VM = vm.Name,
            Uuid = vm.Uuid,
            Host = vm.Host,
            Cluster = vm.Cluster,
            Policy = own[nameof(Policy)],
            ParallelConnections = own[nameof(ParallelConnections)],
            MaxParallelConnections = own[nameof(MaxParallelConnections)],
            MigrationBandwidth = own[nameof(MigrationBandwidth)],
            SwitchoverBandwidth = own[nameof(SwitchoverBandwidth)],
            Encryption = own[nameof(Encryption)],
            MaxDowntime = own[nameof(MaxDowntime)],
            RemapPins = own[nameof(RemapPins)],
            GuestNotice = own[nameof(GuestNotice)],
            MigrationMode = own[nameof(MigrationMode)],
            MigrationPriority = own[nameof(MigrationPriority)],
            HighPerformance = own[nameof(HighPerformance)],
            AssignedHosts = own[nameof(AssignedHosts)],
            ExcludedHosts = own[nameof(ExcludedHosts)],
            PreferredHosts = own[nameof(PreferredHosts)],
            AvoidedHosts = own[nameof(AvoidedHosts)],
            PinnedBy = (string[])[.. mode.PinnedBy],
            Effective = (OptionValue[])
            [
                new(nameof(Policy), effective.Policy.Value.Name, effective.Policy.Origin),
                new(nameof(ParallelConnections), effective.ParallelConnections.Value.Value, effective.ParallelConnections.Origin),
                new(nameof(MaxParallelConnections), effective.MaxParallelConnections.Value.ToString(CultureInfo.InvariantCulture), effective.MaxParallelConnections.Origin),
                new(nameof(MigrationBandwidth), effective.MigrationBandwidth.Value.Value, effective.MigrationBandwidth.Origin),
                new(nameof(SwitchoverBandwidth), effective.SwitchoverBandwidth.Value.Value, effective.SwitchoverBandwidth.Origin),
                new(nameof(Encryption), $"{effective.Encryption.Value}", effective.Encryption.Origin),
                new(nameof(MaxDowntime), DurationText.Exact(effective.InitialDowntime.Value), effective.InitialDowntime.Origin),
                new(nameof(RemapPins), $"{effective.RemapPins.Value}", effective.RemapPins.Origin),
                new(nameof(GuestNotice), effective.GuestNotice.Value.Value, effective.GuestNotice.Origin),
                new(nameof(MigrationMode), $"{mode.Mode}", mode.Origin),
                new(nameof(MigrationPriority), $"{options.MigrationPriority ?? Options.MigrationPriority.Medium}",
                    options.MigrationPriority is null ? SettingOrigin.Default : SettingOrigin.Vm),
            ],
            Problem = options.Problem,
        };
    }
}
