namespace VirtMigration.Evacuation;

/// <summary>Finds a place for every VM that is to leave a host, wherever there is one for all. First each VM takes the host that suits it
/// and keeps most room; where that leaves VMs over, hosts are packed tightly, then VMs that have a place make room for those that have none;
/// few VMs are gone through in full. The same VMs and hosts always give the same packing.</summary>
public static class EvacuationPacker
{
    /// <summary>Places the VMs.</summary>
    /// <param name="vms">The VMs.</param>
    /// <param name="hosts">The hosts.</param>
    /// <param name="fits">Whether a VM that is judged fits on a host beside the VMs that go there too; null: sums tell all.</param>
    public static EvacuationPacking Pack(
        IReadOnlyList<EvacuationVm> vms, IReadOnlyList<EvacuationHost> hosts, Func<EvacuationVm, EvacuationHost, IReadOnlyList<EvacuationVm>, bool>? fits = null)
    {
        ArgumentNullException.ThrowIfNull(vms);
        ArgumentNullException.ThrowIfNull(hosts);
        PackingProblem problem = PackingProblem.Of(vms, hosts);
        bool Judge(int item, int host, IReadOnlyList<int> there) => fits is null || Fits(problem, vms, hosts[host], item, there, fits);

        (int[] hostOf, int atMost) = new PackingSearch(problem, Judge).Best();
        Dictionary<Guid, string> placed = [];
        for (int item = 0; item < hostOf.Length; item++)
        {
            if (hostOf[item] != PackingState.Nowhere)
            {
                foreach (int vm in problem.Items[item].Vms)
                {
                    placed[vms[vm].Uuid] = hosts[hostOf[item]].Name;
                }
            }
        }

        return new() { Hosts = placed, Left = (EvacuationVm[])[.. vms.Where(vm => !placed.ContainsKey(vm.Uuid))], AtMost = atMost };
    }

    // Each VM of an item beside those of the other items, and beside its own that were judged before it.
    private static bool Fits(
        PackingProblem problem, IReadOnlyList<EvacuationVm> vms, EvacuationHost host, int item, IReadOnlyList<int> there,
        Func<EvacuationVm, EvacuationHost, IReadOnlyList<EvacuationVm>, bool> fits)
    {
        List<EvacuationVm> beside = [.. there.SelectMany(other => problem.Items[other].Vms).Select(vm => vms[vm])];
        foreach (int index in problem.Items[item].Vms)
        {
            if (vms[index].Judged && !fits(vms[index], host, beside))
            {
                return false;
            }

            beside.Add(vms[index]);
        }

        return true;
    }
}
