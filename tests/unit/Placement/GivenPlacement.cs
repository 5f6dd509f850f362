using VirtMigration.Inventory;
using VirtMigration.Options;
using VirtMigration.Placement;
using VirtMigration.Planning;
using VirtMigration.Units;

namespace VirtMigration.UnitTests.Placement;

/// <summary>A VM on h1 and the host h2 that it might go to, both as in <see cref="Given"/>; a test states only what it is about.</summary>
internal static class GivenPlacement
{
    public static ByteSize MiB(int value) => ByteSize.FromMebibytes(value);

    public static DestinationCandidate Candidate() => new(Given.Vm(), Given.Definition(), Given.Host("h1"), Given.Host("h2"));

    /// <summary>The candidate with another definition.</summary>
    public static DestinationCandidate Vm(this DestinationCandidate candidate, Func<VmDefinition, VmDefinition> change) =>
        candidate with { Definition = change(candidate.Definition) };

    /// <summary>The candidate with another source.</summary>
    public static DestinationCandidate From(this DestinationCandidate candidate, Func<HostFacts, HostFacts> change) =>
        candidate with { Source = candidate.Source with { Facts = change(candidate.Source.Facts) } };

    /// <summary>The candidate with another destination.</summary>
    public static DestinationCandidate To(this DestinationCandidate candidate, Func<HostFacts, HostFacts> change) =>
        candidate with { Destination = candidate.Destination with { Facts = change(candidate.Destination.Facts) } };

    /// <summary>The candidate with a plan that uses some techniques.</summary>
    public static DestinationCandidate Planned(this DestinationCandidate candidate, MigrationTechniques techniques, int? connections = null)
    {
        MigrationPlan plan = Given.Plan();
        return candidate with { Plan = plan with { Transfer = plan.Transfer with { Techniques = techniques, ParallelConnections = connections } } };
    }

    /// <summary>A host's cell with its free memory in GiB; null: not told.</summary>
    public static NumaCell Cell(int id, int? free, params HugePagePool[] pools) =>
        new(id, Given.GiB(128), free is int gibibytes ? Given.GiB(gibibytes) : null, [], pools);

    /// <summary>A group that db1 is in with the VMs of some numbers, who are called by them: vm1, vm2 ...</summary>
    public static AffinityGroup Together(bool mandatory, params int[] peers) => Group(AffinityRule.Together, mandatory, peers);

    /// <summary>The same, apart.</summary>
    public static AffinityGroup Apart(bool mandatory, params int[] peers) => Group(AffinityRule.Apart, mandatory, peers);

    /// <summary>What a check finds, as <c>Blocker MemoryInsufficient; Warning MemoryOvercommitted</c>; empty: nothing.</summary>
    public static string Finds(this IDestinationCheck check, DestinationCandidate candidate) =>
        string.Join("; ", check.Check(candidate).Select(finding => $"{finding.Severity} {finding.Id}"));

    /// <summary>What a check finds, in words.</summary>
    public static string Says(this IDestinationCheck check, DestinationCandidate candidate) => string.Join("; ", check.Check(candidate));

    private static AffinityGroup Group(AffinityRule rule, bool mandatory, int[] peers) => new()
    {
        Name = rule == AffinityRule.Together ? "close" : "far",
        Cluster = "c1",
        Rule = rule,
        Mandatory = mandatory,
        Vms = [new(Given.Vm().Uuid, "db1"), .. peers.Select(peer => new AffinityMember(Given.Id(peer), $"vm{peer}"))],
    };
}
