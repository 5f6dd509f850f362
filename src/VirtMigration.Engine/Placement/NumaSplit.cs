namespace VirtMigration.Placement;

/// <summary>Whether what may be split between host cells fits into what is left of them: a flow from virtual cells to host cells.</summary>
internal static class NumaSplit
{
    /// <summary>Whether everything that may be split of a resource, of the positions up to one, fits.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="resource">The resource.</param>
    /// <param name="chosen">The host cell of each position.</param>
    /// <param name="last">The last position that has one, a virtual cell's last.</param>
    /// <param name="left">What the needs that cannot be split leave of the resource, by host cell.</param>
    public static bool Fits(NumaProblem problem, int resource, int[] chosen, int last, ReadOnlySpan<long> left)
    {
        long[] spare = left.ToArray();
        List<int> ends = [];
        for (int position = 0; position <= last; position++)
        {
            if (problem.IsLast(position) && problem.SplitNeed(problem.CellAt[position], resource) > 0)
            {
                ends.Add(position);
            }
        }

        long[] flow = new long[ends.Count * problem.Hosts];
        for (int index = 0; index < ends.Count; index++)
        {
            long need = problem.SplitNeed(problem.CellAt[ends[index]], resource);
            while (need > 0)
            {
                long moved = Push(problem, chosen, ends, flow, spare, index, need);
                if (moved == 0)
                {
                    return false;
                }

                need -= moved;
            }
        }

        return true;
    }

    // Finds the shortest way to a host cell with something to spare: into one of the virtual cell's own host cells, and where that is full,
    // by moving a part of another virtual cell's from there into another of that one's host cells, and so on. Returns how much it moved.
    private static long Push(NumaProblem problem, int[] chosen, List<int> ends, long[] flow, long[] spare, int from, long need)
    {
        int hosts = problem.Hosts;
        int[] through = new int[hosts];
        int[] before = new int[hosts];
        Array.Fill(through, -1);
        Queue<int> queue = [];
        Reach(problem, chosen, ends[from], from, -1, through, before, queue);
        while (queue.TryDequeue(out int host))
        {
            if (spare[host] > 0)
            {
                long amount = Math.Min(need, spare[host]);
                for (int at = host; before[at] >= 0; at = before[at])
                {
                    amount = Math.Min(amount, flow[(through[at] * hosts) + before[at]]);
                }

                spare[host] -= amount;
                for (int at = host; at >= 0; at = before[at])
                {
                    flow[(through[at] * hosts) + at] += amount;
                    if (before[at] >= 0)
                    {
                        flow[(through[at] * hosts) + before[at]] -= amount;
                    }
                }

                return amount;
            }

            for (int other = 0; other < ends.Count; other++)
            {
                if (flow[(other * hosts) + host] > 0)
                {
                    Reach(problem, chosen, ends[other], other, host, through, before, queue);
                }
            }
        }

        return 0;
    }

    private static void Reach(
        NumaProblem problem, int[] chosen, int end, int index, int host, int[] through, int[] before, Queue<int> queue)
    {
        for (int position = problem.FirstOf[end]; position <= end; position++)
        {
            int to = chosen[position];
            if (through[to] < 0)
            {
                through[to] = index;
                before[to] = host;
                queue.Enqueue(to);
            }
        }
    }
}
