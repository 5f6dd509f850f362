using VirtMigration.Inventory;
using VirtMigration.Options;
using VirtMigration.Planning;
using VirtMigration.Policies;
using VirtMigration.Units;

namespace VirtMigration.Evacuation;

/// <summary>All that the plan of an evacuation is made from. Plain data: planning touches nothing and asks nobody.</summary>
public sealed record EvacuationSituation
{
    /// <summary>The host that is to be emptied.</summary>
    public required HostInventory Source { get; init; }

    /// <summary>Storage and networks of it.</summary>
    public HostSurroundings SourceSurroundings { get; init; } = HostSurroundings.Unknown;

    /// <summary>The VMs that are to leave: those that run or are paused, and where it was asked for those that are shut off.</summary>
    public required IReadOnlyList<EvacuationGuest> Guests { get; init; }

    /// <summary>The hosts that may take them and answered.</summary>
    public required IReadOnlyList<EvacuationTarget> Targets { get; init; }

    /// <summary>The hosts that might have taken them and did not answer, with what went wrong.</summary>
    public IReadOnlyList<(string Host, HypervisorException Error)> Silent { get; init; } = [];

    /// <summary>Each host's word on each different CPU, by host name and <see cref="VmCpu.Text"/>; a pair that is missing was not
    /// asked.</summary>
    public IReadOnlyDictionary<(string Host, string Cpu), CpuComparison> Cpus { get; init; } = new Dictionary<(string, string), CpuComparison>();

    /// <summary>What the cluster states.</summary>
    public required ClusterMigrationOptions Cluster { get; init; }

    /// <summary>The policies there are.</summary>
    public IReadOnlyList<MigrationPolicy> Policies { get; init; } = BuiltInPolicies.All;

    /// <summary>The cluster's affinity groups.</summary>
    public IReadOnlyList<AffinityGroup> Groups { get; init; } = [];

    /// <summary>Where the VMs of those groups are, by UUID: the host's name.</summary>
    public IReadOnlyDictionary<Guid, string> Whereabouts { get; init; } = new Dictionary<Guid, string>();

    /// <summary>What is asked for, for all VMs alike.</summary>
    public PlanOptions Parameters { get; init; } = new();

    /// <summary>Whether nobody asked for it in person: VMs that only a person may migrate stay.</summary>
    public bool Automatic { get; init; }

    /// <summary>The VMs that only a person may migrate, where the person who was asked about them said no.</summary>
    public bool ManualDeclined { get; init; }

    /// <summary>What recent migrations from this host reached; null: there is none to go by.</summary>
    public Bandwidth? MeasuredRate { get; init; }

    /// <summary>Hosts that a VM was tried on in vain and is not sent to again, by UUID.</summary>
    public IReadOnlyDictionary<Guid, IReadOnlyList<string>> Tried { get; init; } = new Dictionary<Guid, IReadOnlyList<string>>();
}
