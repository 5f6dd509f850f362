using VirtMigration.Planning;
using VirtMigration.Units;

namespace VirtMigration.Evacuation;

/// <summary>How long moves take: the memory that a VM has now, over its share of the rate, and what each takes besides. The rate is what the
/// migration's plan allows, else the lower speed of both links, else what recent migrations reached, else 1 Gbps. What a guest writes
/// meanwhile is not counted: nobody knows it before.</summary>
/// <param name="situation">The situation.</param>
/// <param name="running">How many VMs leave that run: fewer than may at a time do not share more.</param>
internal sealed class EvacuationPace(EvacuationSituation situation, int running)
{
    // What does not depend on the memory: in the project's lab a small guest's migration takes 1.0 to 1.4 s, of which 0.3 to 0.5 s are
    // libvirt's phases and both hosts' checks. A definition alone has little else.
    private static readonly TimeSpan s_besides = TimeSpan.FromMilliseconds(500);

    // What a server has at the least nowadays.
    private static readonly Bandwidth s_assumed = Bandwidth.FromMegabitsPerSecond(1000);

    private readonly SortedSet<Bandwidth> _rates = [];
    private readonly SortedSet<int> _window = [];
    private readonly List<string> _bases = [];

    /// <summary>A VM's place in the timetable.</summary>
    /// <param name="guest">The VM.</param>
    /// <param name="target">Where to.</param>
    /// <param name="plan">How it would go; null: only its definition is moved.</param>
    public EvacuationMove Of(EvacuationGuest guest, EvacuationTarget target, MigrationPlan? plan)
    {
        string host = target.Inventory.Name;
        if (plan is null)
        {
            return new(guest.Vm.Uuid, host, s_besides, Math.Max(1, situation.Cluster.MaxConcurrent ?? 2));
        }

        int atOnce = plan.IsParallel() ? 1 : Math.Max(1, plan.Concurrency);
        int sharing = Math.Clamp(running, 1, atOnce);
        (Bandwidth rate, string basis) = RateOf(target, plan);
        _ = _rates.Add(rate);
        _ = _window.Add(sharing);
        if (!_bases.Contains(basis))
        {
            _bases.Add(basis);
        }

        long bytes = (guest.Definition.PresentMemory ?? guest.Definition.Memory).Bytes;
        return new(guest.Vm.Uuid, host, s_besides + TimeSpan.FromSeconds(bytes * 8.0 * sharing / Math.Max(1, rate.BitsPerSecond)), atOnce);
    }

    /// <summary>What the times that were told rest on.</summary>
    public string Basis()
    {
        string besides = $"{DurationText.Format(s_besides)} for each VM besides";
        if (_rates.Count == 0)
        {
            return besides;
        }

        string rates = _rates.Count == 1 ? $"{_rates.Min}" : $"{_rates.Min} to {_rates.Max}";
        string window = _window.Max == 1 ? "one migration at a time" : _window.Count == 1 ? $"{_window.Max} migrations at a time" : $"{_window.Min} to {_window.Max} migrations at a time";
        return $"each VM's memory once over {rates} ({string.Join(", ", _bases)}), {window}, and {besides}; what guests write meanwhile comes on top";
    }

    private (Bandwidth Rate, string Basis) RateOf(EvacuationTarget target, MigrationPlan plan)
    {
        Bandwidth? link = PlanContext.LowerOf(situation.Source.LinkSpeed, target.Inventory.LinkSpeed);
        return !plan.Transfer.Bandwidth.HasNoLimit() ? (plan.Transfer.Bandwidth, plan.Transfer.Bandwidth == link ? "the links" : "the most that may be sent")
            : link is Bandwidth known ? (known, "the links")
            : situation.MeasuredRate is Bandwidth measured ? (measured, "as recent migrations reached")
            : (s_assumed, "assumed, since neither the links' speed nor a recent migration's is known");
    }
}
