using VirtMigration.Inventory;
using VirtMigration.Options;
using VirtMigration.Placement;
using VirtMigration.Planning;
using VirtMigration.Units;

namespace VirtMigration.Evacuation;

/// <summary>Which hosts would take a VM that came with room for all, and how well each suits. What is the same for VMs and hosts that are alike is
/// looked at once: a full check is some 50 microseconds a pair with its plan, and there may be ten million pairs. It is no more than a
/// preselection: each pair that is planned is checked in full with what is promised there.</summary>
/// <param name="pairs">The pairs.</param>
internal sealed class EvacuationChoices(EvacuationPairs pairs)
{
    // Bytes and pages that suffice for every VM and still add up.
    private const long Plenty = 1L << 55;
    private const long PlentyOfPages = 1L << 32;

    // Parts of the score that differ from host to host by a sum: DestinationRanking's weights of the same names and parts.
    private const int MemoryShare = 8;
    private const int CpuShare = 7;
    private const int PreferenceShare = 40;
    private const int AffinityShare = 20;

    private static readonly HashSet<string> s_summed = ["MemoryLoad", "CpuLoad", "HostPreference", "Affinity"];
    private static readonly Dictionary<Guid, string> s_nowhere = [];

    private readonly Likeness _likeness = new();
    private readonly IReadOnlyList<EvacuationTarget> _targets = pairs.Situation.Targets;
    private readonly Dictionary<string, int> _turns = pairs.Situation.Targets.Select((target, turn) => (target.Inventory.Name, turn)).ToDictionary(one => one.Name, one => one.turn, StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<(int Vm, long Host), Verdict> _verdicts = [];
    private readonly Dictionary<(int Vm, long Memory, int Host), MigrationPlan?> _plans = [];
    private readonly Dictionary<Guid, (int Kind, Depth Depth)> _kinds = [];
    private readonly Dictionary<int, Dictionary<string, int>> _ofKind = [];
    private int[]? _shapes;
    private int[]? _pinned;

    // How far a host is from being alike to another: all that counts for a VM that is tied to nothing; the pins there too; itself.
    private enum Depth
    {
        Shape,
        Pins,
        Itself,
    }

    /// <summary>Whether sums do not tell if a VM fits beside others: it is tied to cells, gets other pins, or takes huge pages of no stated
    /// size.</summary>
    public bool IsJudged(EvacuationGuest guest) =>
        !EvacuationPairs.IsStopped(guest)
        && (guest.Definition.NumaBindings.Count > 0 || pairs.RemapsPins(guest) || GuestMemory.HugePageUses(guest.Definition).Any(use => use.PageSize is null));

    /// <summary>The hosts with how well each suits, 0 to 100. They are shared by VMs that are alike.</summary>
    public IReadOnlyDictionary<string, int> Of(EvacuationGuest guest)
    {
        (int kind, Depth depth) = Kind(guest);
        if (!_ofKind.TryGetValue(kind, out Dictionary<string, int>? ofKind))
        {
            ofKind = new(_targets.Count, StringComparer.OrdinalIgnoreCase);
            for (int host = 0; host < _targets.Count; host++)
            {
                if (Score(guest, kind, host, depth) is int score)
                {
                    ofKind[_targets[host].Inventory.Name] = score;
                }
            }

            _ofKind[kind] = ofKind;
        }

        return Own(guest, ofKind);
    }

    /// <summary>The plan with which a VM like this one would go to a host that is like this one; null: there is none.</summary>
    public MigrationPlan? PlanLike(EvacuationGuest guest, int host)
    {
        (int kind, Depth depth) = Kind(guest);
        return _verdicts.TryGetValue(KeyOf(guest, kind, host, depth), out Verdict verdict) ? verdict.Plan : null;
    }

    /// <summary>A plan that is that of this VM to this host but for their names, and says nothing that the checks would repeat; null: it has to be
    /// made. It has no warnings, no new pins and names no certificate, and was made for a VM of the same memory.</summary>
    public MigrationPlan? SamePlan(EvacuationGuest guest, EvacuationTarget target)
    {
        if (EvacuationPairs.IsStopped(guest) || pairs.RemapsPins(guest))
        {
            return null;
        }

        (int Vm, long Memory, int Host) key = (Kind(guest).Kind, guest.Definition.Memory.Bytes, HostKind(_turns[target.Inventory.Name], Depth.Shape));
        if (!_plans.TryGetValue(key, out MigrationPlan? plan))
        {
            plan = pairs.Candidate(guest, target, PlacementReservation.None, s_nowhere, looksAtPins: false).Plan;
            plan = plan is { Warnings.Count: 0, Pins: null } && !plan.Transfer.Uses(MigrationTechniques.Tls) ? plan : null;
            _plans[key] = plan;
        }

        return plan;
    }

    private (int Kind, Depth Depth) Kind(EvacuationGuest guest)
    {
        if (!_kinds.TryGetValue(guest.Vm.Uuid, out (int Kind, Depth Depth) known))
        {
            Depth depth = EvacuationPairs.IsStopped(guest) ? Depth.Shape
                : pairs.RemapsPins(guest) ? Depth.Itself
                : !PinLayout.Of(guest.Definition).IsEmpty() ? Depth.Pins
                : Depth.Shape;
            known = (KindOf(guest), depth);
            _kinds[guest.Vm.Uuid] = known;
        }

        return known;
    }

    private (int, long) KeyOf(EvacuationGuest guest, int kind, int host, Depth depth)
    {
        int hostKind = depth == Depth.Itself ? -1 - host : HostKind(host, depth);
        return (kind, ((long)hostKind << 32) | (uint)_likeness.Of(pairs.WordOf(_targets[host], guest.Definition)));
    }

    // What depends on which VM it is, not only on what kind: its groups, and where it was tried.
    private Dictionary<string, int> Own(EvacuationGuest guest, Dictionary<string, int> ofKind)
    {
        IReadOnlyList<AffinityGroup> groups = pairs.GroupsOf(guest.Vm.Uuid);
        bool tried = pairs.Situation.Tried.ContainsKey(guest.Vm.Uuid);
        if (groups.Count == 0 && !tried)
        {
            return ofKind;
        }

        Dictionary<string, int> own = new(ofKind, StringComparer.OrdinalIgnoreCase);
        foreach ((string host, int score) in ofKind)
        {
            if (pairs.WasTried(guest.Vm.Uuid, host))
            {
                _ = own.Remove(host);
                continue;
            }

            int kept = 0;
            int known = 0;
            foreach (AffinityGroup group in groups)
            {
                foreach (AffinityMember member in group.Vms)
                {
                    if (member.Uuid != guest.Vm.Uuid && pairs.Situation.Whereabouts.TryGetValue(member.Uuid, out string? there))
                    {
                        known++;
                        kept += there.Equals(host, StringComparison.OrdinalIgnoreCase) == (group.Rule == AffinityRule.Together) ? 1 : 0;
                    }
                }
            }

            // As the score is a mean of some hundred parts, the wish is weighed in where it belongs.
            own[host] = known == 0 ? score : ((score * 100) + (100 * kept / known * AffinityShare)) / (100 + AffinityShare);
        }

        return own;
    }

    // Null: the host does not take it.
    private int? Score(EvacuationGuest guest, int kind, int host, Depth depth)
    {
        EvacuationTarget target = _targets[host];
        VmMigrationOptions options = guest.Definition.Options;
        string name = target.Inventory.Name;
        if (target.Maintenance?.Closed() == true || !options.Allows(name))
        {
            return null;
        }

        (int, long) key = KeyOf(guest, kind, host, depth);
        if (!_verdicts.TryGetValue(key, out Verdict verdict))
        {
            verdict = Judge(guest, target, roomy: depth != Depth.Itself);
            _verdicts[key] = verdict;
        }

        // All but those that get other pins were given plenty of room.
        if (!verdict.Takes || (depth != Depth.Itself && IsJudged(guest) && !pairs.HasRoom(guest, target, target.Reserved)))
        {
            return null;
        }

        int points = verdict.Points + (MemoryShare * MemoryPoints(target)) + (CpuShare * CpuPoints(target, guest.Definition));
        int shares = verdict.Shares + MemoryShare + CpuShare;
        if (options.PreferredHosts is not null || options.AvoidedHosts is not null)
        {
            points += PreferenceShare * (options.AvoidedHosts?.Contains(name) == true ? 0 : options.PreferredHosts?.Contains(name) == true ? 100 : 50);
            shares += PreferenceShare;
        }

        return points / shares;
    }

    private Verdict Judge(EvacuationGuest guest, EvacuationTarget target, bool roomy)
    {
        EvacuationGuest freely = guest with
        {
            Vm = guest.Vm with { Uuid = Guid.Empty },
            Definition = guest.Definition with { Options = guest.Definition.Options with { AssignedHosts = null, ExcludedHosts = null } },
        };
        DestinationCandidate candidate = pairs.Candidate(
            freely, roomy ? WithPlenty(target) : target, roomy ? PlacementReservation.None with { Pins = target.Reserved.Pins } : target.Reserved, s_nowhere, looksAtPins: false);
        if (EvacuationPairs.IsStopped(guest))
        {
            return new(!pairs.Findings(freely, candidate).Any(EvacuationPairs.Blocks), Points: 0, Shares: 0, Plan: null);
        }

        DestinationReport report = DestinationRanking.Rank([candidate])[0];
        DestinationMerit[] merits = [.. report.Merits.Where(merit => !s_summed.Contains(merit.Id))];
        return new(report.Eligible, merits.Sum(merit => merit.Points * merit.Share), merits.Sum(merit => merit.Share), report.Plan);
    }

    // Room is counted by sums, elsewhere.
    private static EvacuationTarget WithPlenty(EvacuationTarget target)
    {
        HostFacts facts = target.Inventory.Facts;
        return target with
        {
            Inventory = target.Inventory with
            {
                Facts = facts with
                {
                    AvailableMemory = new ByteSize(Plenty),
                    Cells = (NumaCell[])[.. facts.Cells.Select(cell => cell with
                    {
                        FreeMemory = new ByteSize(Plenty >> 10),
                        HugePages = (HugePagePool[])[.. cell.HugePages.Select(pool => pool with { Total = PlentyOfPages, Free = PlentyOfPages })],
                    })],
                },
            },
            Load = target.Load with { IncomingMemory = default },
        };
    }

    private int KindOf(EvacuationGuest guest)
    {
        VmDefinition definition = guest.Definition;
        bool counts = IsJudged(guest);
        return _likeness.OfAll(
            guest.Vm with { Name = string.Empty, Uuid = default, Memory = counts ? guest.Vm.Memory : default },
            definition with
            {
                Uuid = default,
                Memory = counts ? definition.Memory : default,
                PresentMemory = counts ? definition.PresentMemory : null,
                Disks = (VmDisk[])[.. definition.Disks.Select(Alike)],
                Networks = (VmNetwork[])[.. definition.Networks.Select(network => network with { Mac = null })],
            });
    }

    // Of a file counts the folder, by which the pool is found that it lies in; the rest is only named.
    private static VmDisk Alike(VmDisk disk) => disk with
    {
        Path = disk.Path is not string path ? null
            : disk.Source is DiskSource.Volume or DiskSource.Network ? string.Empty
            : path[..(path.LastIndexOf('/') + 1)],
    };

    private int HostKind(int host, Depth depth) => (depth == Depth.Shape
        ? _shapes ??= [.. _targets.Select(target => ShapeOf(target, pins: false))]
        : _pinned ??= [.. _targets.Select(target => ShapeOf(target, pins: true))])[host];

    // A host without its names, its addresses and what is free of it.
    private int ShapeOf(EvacuationTarget target, bool pins)
    {
        HostFacts facts = target.Inventory.Facts;
        Inventory.HostRegistration registration = target.Inventory.Registration;
        bool isSource = facts.Uuid == pairs.Situation.Source.Facts.Uuid;
        string? address = registration.MigrationAddress;
        return _likeness.OfAll(
            facts with
            {
                Uuid = default,
                HostName = string.Empty,
                Memory = default,
                AvailableMemory = default(ByteSize),
                Cells = (NumaCell[])[.. facts.Cells.Select(cell => cell with
                {
                    Memory = default,
                    FreeMemory = null,
                    HugePages = (HugePagePool[])[.. cell.HugePages.Select(pool => pool with { Total = 0, Free = 0 })],
                })],
            },
            target.Surroundings,
            target.Inventory.LinkSpeed,
            isSource,
            pairs.Situation.Cluster.MigrationNetwork is null ? address is null ? null : string.Empty : address,
            pins ? target.Load.Pins : null,
            pins ? target.Reserved.Pins : null);
    }

    // As MemoryLoadWeight and CpuLoadWeight; the VM's own memory is left out, since it is the same on all hosts.
    private static int MemoryPoints(EvacuationTarget target)
    {
        HostFacts facts = target.Inventory.Facts;
        return facts.AvailableMemory is ByteSize available && facts.Memory.Bytes > 0
            ? (int)Math.Clamp(100.0 * (available.Bytes - target.Reserved.Memory.Bytes) / facts.Memory.Bytes, 0, 100)
            : 0;
    }

    private static int CpuPoints(EvacuationTarget target, VmDefinition definition) =>
        (int)Math.Clamp(100 - (50.0 * (target.Load.VCpus + target.Reserved.VCpus + definition.OnlineVCpus) / Math.Max(1, target.Inventory.Facts.Threads)), 0, 100);

    private readonly record struct Verdict(bool Takes, int Points, int Shares, MigrationPlan? Plan);
}
