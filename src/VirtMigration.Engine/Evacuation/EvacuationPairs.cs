using VirtMigration.Inventory;
using VirtMigration.Options;
using VirtMigration.Placement;
using VirtMigration.Planning;
using VirtMigration.Units;

namespace VirtMigration.Evacuation;

/// <summary>Each VM of a situation with each host: the candidate that all checks look at, and what they say.</summary>
/// <param name="situation">The situation.</param>
internal sealed class EvacuationPairs(EvacuationSituation situation)
{
    // The checks that count what is promised of a host, where pins stay as they are.
    private static readonly IDestinationCheck[] s_room = [new MemoryCheck(), new NumaCheck(), new HugePageCheck()];

    private static readonly Dictionary<Guid, string> s_nowhere = [];

    private readonly Dictionary<Guid, AffinityGroup[]> _groups = GroupsByVm(situation);
    private readonly string[] _silent = [.. situation.Silent.Select(one => one.Host)];

    /// <summary>The situation.</summary>
    public EvacuationSituation Situation => situation;

    /// <summary>Whether a VM is shut off, and only its definition is moved.</summary>
    public static bool IsStopped(EvacuationGuest guest) => guest.Vm.State is VmPowerState.ShutOff or VmPowerState.Crashed;

    /// <summary>The groups that a VM is in.</summary>
    public IReadOnlyList<AffinityGroup> GroupsOf(Guid vm) => _groups.GetValueOrDefault(vm, []);

    /// <summary>Whether pins of a VM are rewritten where they do not fit.</summary>
    public bool RemapsPins(EvacuationGuest guest) =>
        (situation.Parameters.RemapPins ?? guest.Definition.Options.RemapPins ?? false) && !PinLayout.Of(guest.Definition).IsEmpty();

    /// <summary>A VM and a host with all that the checks look at.</summary>
    /// <param name="guest">The VM.</param>
    /// <param name="target">The host.</param>
    /// <param name="reserved">What is promised there.</param>
    /// <param name="whereabouts">Where the VMs of its groups are or are to be.</param>
    /// <param name="looksAtPins">Whether it is told what pins would become also where they are not to be rewritten.</param>
    /// <param name="plans">Whether the plan is made too.</param>
    /// <param name="plan">The plan, where it is known; null: it is made.</param>
    public DestinationCandidate Candidate(
        EvacuationGuest guest, EvacuationTarget target, PlacementReservation reserved, IReadOnlyDictionary<Guid, string> whereabouts, bool looksAtPins,
        bool plans = true, MigrationPlan? plan = null)
    {
        IReadOnlyList<AffinityGroup> groups = GroupsOf(guest.Vm.Uuid);
        DestinationCandidate candidate = new(guest.Vm, guest.Definition, situation.Source, target.Inventory)
        {
            SourceSurroundings = situation.SourceSurroundings,
            Surroundings = target.Surroundings,
            Load = target.Load,
            Cpu = WordOf(target, guest.Definition),
            Reserved = reserved,
            Cluster = situation.Cluster,
            Groups = groups,
            Whereabouts = whereabouts,
            Silent = groups.Count == 0 ? [] : _silent,
            IgnoreAffinity = situation.Parameters.IgnoreAffinity,
            Maintenance = target.Maintenance,
            Plan = plan,
        };
        return IsStopped(guest)
            ? candidate
            : candidate.Planned(situation.Parameters, situation.Policies,
                situation.Parameters.Destinations is null ? SettingOrigin.Default : SettingOrigin.Parameter, looksAtPins, plans && plan is null);
    }

    /// <summary>Whether a VM that a host takes, and whose pins stay, fits there beside what is promised: all that the checks say of that.</summary>
    /// <param name="guest">The VM.</param>
    /// <param name="target">The host.</param>
    /// <param name="reserved">What is promised there.</param>
    public bool HasRoom(EvacuationGuest guest, EvacuationTarget target, PlacementReservation reserved)
    {
        DestinationCandidate candidate = new(guest.Vm, guest.Definition, situation.Source, target.Inventory) { Load = target.Load, Reserved = reserved, Whereabouts = s_nowhere };
        return Array.TrueForAll(s_room, check => !check.Check(candidate).Any(Blocks));
    }

    /// <summary>A host's word on a VM's CPU; null: it was not asked.</summary>
    public CpuComparison? WordOf(EvacuationTarget target, VmDefinition definition) =>
        definition.Cpu.Text is string text && situation.Cpus.TryGetValue((target.Inventory.Name, text), out CpuComparison? word) ? word : null;

    /// <summary>All that is found about a pair, what the plan of an evacuation adds among it.</summary>
    public IReadOnlyList<DestinationFinding> Findings(EvacuationGuest guest, DestinationCandidate candidate)
    {
        IReadOnlyList<DestinationFinding> found = IsStopped(guest) ? StoppedVmFit.Findings(candidate) : DestinationSelector.Findings(candidate);
        return Changed(guest, candidate.Destination.Name, found);
    }

    /// <summary>A report for each host as if the VM went there before all others of the plan, and for each that did not answer.</summary>
    /// <param name="guest">The VM.</param>
    /// <param name="targets">The hosts.</param>
    /// <param name="whereabouts">Where the VMs of its groups are to be, were it to go to a host.</param>
    public IReadOnlyList<DestinationReport> Reports(
        EvacuationGuest guest, IReadOnlyList<EvacuationTarget> targets, Func<EvacuationTarget, IReadOnlyDictionary<Guid, string>> whereabouts)
    {
        IEnumerable<DestinationCandidate> candidates = targets.Select(target => Candidate(guest, target, target.Reserved, whereabouts(target), looksAtPins: true));
        IReadOnlyList<DestinationReport> ranked = IsStopped(guest)
            ? [.. candidates.Select(StoppedVmFit.Report), .. DestinationRanking.Rank([], situation.Silent, guest.Vm)]
            : DestinationRanking.Rank(candidates, situation.Silent, guest.Vm);
        bool changed = false;
        List<DestinationReport> reports = new(ranked.Count);
        foreach (DestinationReport report in ranked)
        {
            IReadOnlyList<DestinationFinding> findings = Changed(guest, report.Destination, report.Findings);
            bool eligible = !findings.Any(Blocks);
            changed |= !ReferenceEquals(findings, report.Findings);
            reports.Add(ReferenceEquals(findings, report.Findings) ? report : report with
            {
                Findings = findings,
                Eligible = eligible,
                Rank = eligible ? report.Rank : null,
                Score = eligible ? report.Score : null,
                Merits = eligible ? report.Merits : [],
                Plan = eligible ? report.Plan : null,
            });
        }

        return !changed ? ranked
            : (DestinationReport[])[.. reports.OrderBy(report => report.Eligible ? 0 : 1).ThenBy(report => report.Rank ?? int.MaxValue)
                .ThenBy(report => _silent.Contains(report.Destination) ? 1 : 0).ThenBy(report => report.Findings.Count(Blocks))];
    }

    /// <summary>Whether a finding keeps the VM from the host.</summary>
    public static bool Blocks(DestinationFinding finding) => finding.Severity == FindingSeverity.Blocker;

    /// <summary>Whether a VM was tried on a host in vain.</summary>
    public bool WasTried(Guid vm, string host) =>
        situation.Tried.Count > 0 && situation.Tried.TryGetValue(vm, out IReadOnlyList<string>? hosts) && hosts.Contains(host, StringComparer.OrdinalIgnoreCase);

    private IReadOnlyList<DestinationFinding> Changed(EvacuationGuest guest, string host, IReadOnlyList<DestinationFinding> found)
    {
        if (!WasTried(guest.Vm.Uuid, host))
        {
            return found;
        }

        DestinationFinding tried = new("TriedInVain", host, FindingSeverity.Blocker, "a host that it was not tried on in vain", "is one of those",
            "See what went wrong there: Get-VmMigrationHistory.");
        return (DestinationFinding[])[tried, .. found];
    }

    private static Dictionary<Guid, AffinityGroup[]> GroupsByVm(EvacuationSituation situation)
    {
        Dictionary<Guid, AffinityGroup[]> groups = [];
        foreach (AffinityGroup group in situation.Groups)
        {
            foreach (AffinityMember member in group.Vms)
            {
                groups[member.Uuid] = [.. groups.GetValueOrDefault(member.Uuid, []), group];
            }
        }

        return groups;
    }

    /// <summary>The ordinary memory that VMs may still take of a host: what is available, less what comes or is promised, as the memory check
    /// counts it. A host that does not tell is taken at what its VMs left of it.</summary>
    public static ByteSize RoomOf(EvacuationTarget target)
    {
        long left = target.Inventory.Facts.AvailableMemory is ByteSize available
            ? available.Bytes
            : target.Inventory.Facts.Memory.Bytes - target.Load.CommittedMemory.Bytes;
        return new(Math.Max(0, left - target.Reserved.Memory.Bytes - target.Load.IncomingMemory.Bytes));
    }

    /// <summary>The memory in free huge pages of a size, less what is promised. A host that does not tell which are free is taken at all
    /// that it has; one that tells of none at all, at its memory: there the checks only warn.</summary>
    public static ByteSize PagesOf(EvacuationTarget target, ByteSize size)
    {
        IReadOnlyList<NumaCell> cells = target.Inventory.Facts.Cells;
        if (cells.Count == 0)
        {
            return target.Inventory.Facts.Memory;
        }

        long count = CellMemory.FreePages(cells, size, among: null)
            ?? cells.SelectMany(cell => cell.HugePages).Where(pool => pool.PageSize == size).Sum(pool => pool.Total);
        return new(Math.Max(0, count - target.Reserved.HugePages.GetValueOrDefault(size)) * size.Bytes);
    }
}
