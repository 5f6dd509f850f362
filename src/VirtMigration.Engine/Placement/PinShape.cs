namespace VirtMigration.Placement;

/// <summary>What a pin means on the host it was made for: every CPU there is, whole cells, or single CPUs (also beside whole cells).</summary>
/// <param name="All">Whether it means every CPU: it ties to nothing.</param>
/// <param name="Cells">The cells whose every CPU it has.</param>
/// <param name="Cpus">Its other CPUs, ascending.</param>
internal sealed record PinShape(bool All, int[] Cells, int[] Cpus)
{
    /// <summary>What a pin means. A single CPU is always meant by itself.</summary>
    /// <param name="cpus">The pin.</param>
    /// <param name="host">The host.</param>
    /// <param name="nearMemory">Whether what is pinned has memory that is tied to cells: on a host of one cell, all CPUs are then that
    /// cell's.</param>
    public static PinShape Of(IReadOnlyList<int> cpus, HostLayout host, bool nearMemory)
    {
        if (cpus.Count < 2)
        {
            return new(false, [], [.. cpus]);
        }

        IdSet set = new();
        set.Add(cpus);
        if (host.Online.Length > 0 && Array.TrueForAll(host.Online, set.Contains) && !(nearMemory && host.CellIds.Length == 1))
        {
            return new(true, [], []);
        }

        int[] whole = Array.FindAll(host.CellIds, id => host.CpusOf(id) is { Length: > 1 } all && Array.TrueForAll(all, set.Contains));
        return new(false, whole, [.. whole.Length == 0 ? cpus : cpus.Where(cpu => Array.IndexOf(whole, host.CellOf(cpu)) < 0)]);
    }
}
