namespace VirtMigration.Placement;

/// <summary>What can be seen to be in the way without a search: single cells and sums first, then counts.</summary>
internal static class NumaObstacles
{
    /// <summary>The first obstacle; null: none that shows without a search.</summary>
    public static NumaObstacle? Find(NumaProblem problem)
    {
        for (int cell = 0; cell < problem.Cells; cell++)
        {
            if (TooFewCells(problem, cell) is { } few)
            {
                return few;
            }
        }

        for (int cell = 0; cell < problem.Cells; cell++)
        {
            if (CellTooLarge(problem, cell) is { } large)
            {
                return large;
            }
        }

        for (int resource = 0; resource < problem.Resources; resource++)
        {
            if ((SumTooLarge(problem, resource) ?? TooMany(problem, resource) ?? Remainders(problem, resource)) is { } sum)
            {
                return sum;
            }
        }

        return null;
    }

    private static NumaObstacle? TooFewCells(NumaProblem problem, int cell)
    {
        NumaVirtualCell one = problem.VirtualCells[cell];
        int allowed = problem.Allowed.AsSpan(cell * problem.Hosts, problem.Hosts).Count(true);
        if (allowed >= one.Span)
        {
            return null;
        }

        return new(
            NumaObstacleKind.TooFewCells,
            [one.Id],
            $"{one.Span} host cell{(one.Span == 1 ? "" : "s")} for virtual cell {one.Id}",
            one.AllowedCells is null ? $"has {allowed}" : $"has {allowed} of those it may have ({NumaText.Cells(one.AllowedCells)})");
    }

    private static NumaObstacle? CellTooLarge(NumaProblem problem, int cell)
    {
        NumaVirtualCell one = problem.VirtualCells[cell];
        int memory = problem.MemoryOf[cell];
        bool interleave = one.Mode == NumaMemoryMode.Interleave;
        if (problem.IsHard(cell))
        {
            (long most, long least) = Largest(problem, cell, memory);
            long need = interleave ? problem.Share[cell] : problem.Demand[cell];
            if (need > (interleave ? least : most))
            {
                (string required, string present) = Amounts(problem, memory, need, interleave ? least : most);
                string where = one.Span == 1 ? "" : interleave ? $" in each of {one.Span} host cells" : $" in {one.Span} host cells";
                return TooLarge(one, required + where, present);
            }
        }

        if (one.DedicatedCpus == 0)
        {
            return null;
        }

        long cpus = Largest(problem, cell, problem.Cpu).Sum;
        if (one.DedicatedCpus > cpus)
        {
            return TooLarge(one, NumaText.Cpus(one.DedicatedCpus), NumaText.Cpus(cpus));
        }

        if (one.Span == 1 && problem.IsHard(cell) && !AnyHasBoth(problem, cell))
        {
            return new(
                NumaObstacleKind.CellTooLarge,
                [one.Id],
                $"{NumaText.Memory(problem.Demand[cell], one.PageSize)} and {NumaText.Cpus(one.DedicatedCpus)} for virtual cell {one.Id}",
                "no single cell that it may have has both");
        }

        return null;
    }

    private static NumaObstacle TooLarge(NumaVirtualCell cell, string required, string present) => new(
        NumaObstacleKind.CellTooLarge,
        [cell.Id],
        $"{required} for virtual cell {cell.Id}",
        $"the largest free {(cell.Span == 1 ? "cell that it may have has" : "cells that it may have have")} {present}");

    // What the largest host cells that a virtual cell may have, as many as it spans, have together, and what the least of them has.
    private static (long Sum, long Least) Largest(NumaProblem problem, int cell, int resource)
    {
        int span = problem.VirtualCells[cell].Span;
        int row = resource * problem.Hosts;
        if (span == 1)
        {
            long most = 0;
            for (int host = 0; host < problem.Hosts; host++)
            {
                most = problem.Allowed[(cell * problem.Hosts) + host] ? Math.Max(most, problem.Free[row + host]) : most;
            }

            return (most, most);
        }

        List<long> free = [];
        for (int host = 0; host < problem.Hosts; host++)
        {
            if (problem.Allowed[(cell * problem.Hosts) + host])
            {
                free.Add(problem.Free[row + host]);
            }
        }

        free.Sort();
        long sum = 0;
        for (int index = 1; index <= span; index++)
        {
            sum = NumaProblem.Add(sum, free[^index]);
        }

        return (sum, free[^span]);
    }

    private static bool AnyHasBoth(NumaProblem problem, int cell)
    {
        for (int host = 0; host < problem.Hosts; host++)
        {
            if (problem.Allowed[(cell * problem.Hosts) + host]
                && problem.Free[(problem.MemoryOf[cell] * problem.Hosts) + host] >= problem.Demand[cell]
                && problem.Free[(problem.Cpu * problem.Hosts) + host] >= problem.VirtualCells[cell].DedicatedCpus)
            {
                return true;
            }
        }

        return false;
    }

    // All cells together; and for each set of host cells that some virtual cell is restricted to, all that are restricted to it or less.
    private static NumaObstacle? SumTooLarge(NumaProblem problem, int resource)
    {
        for (int cell = -1; cell < problem.Cells; cell++)
        {
            if (cell >= 0 && problem.VirtualCells[cell].AllowedCells is null)
            {
                continue;
            }

            long need = 0;
            for (int other = 0; other < problem.Cells; other++)
            {
                if (cell < 0 || Within(problem, other, cell))
                {
                    need = NumaProblem.Add(need, Need(problem, other, resource, cell < 0));
                }
            }

            long free = 0;
            for (int host = 0; host < problem.Hosts; host++)
            {
                if (cell < 0 || problem.Allowed[(cell * problem.Hosts) + host])
                {
                    free = NumaProblem.Add(free, problem.Free[(resource * problem.Hosts) + host]);
                }
            }

            if (need > free)
            {
                return Sum(problem, resource, cell, need, free);
            }
        }

        return null;
    }

    // Preferred memory may lie anywhere, but it must lie somewhere: it counts where the whole host is counted.
    private static long Need(NumaProblem problem, int cell, int resource, bool wholeHost) =>
        resource == problem.Cpu ? problem.VirtualCells[cell].DedicatedCpus
        : resource == problem.MemoryOf[cell] && (wholeHost || problem.IsHard(cell)) ? problem.Demand[cell]
        : 0;

    private static bool Within(NumaProblem problem, int inner, int outer)
    {
        for (int host = 0; host < problem.Hosts; host++)
        {
            if (problem.Allowed[(inner * problem.Hosts) + host] && !problem.Allowed[(outer * problem.Hosts) + host])
            {
                return false;
            }
        }

        return true;
    }

    private static NumaObstacle Sum(NumaProblem problem, int resource, int restricted, long need, long free)
    {
        List<int> ids = [];
        for (int cell = 0; cell < problem.Cells; cell++)
        {
            if (Need(problem, cell, resource, restricted < 0) > 0 && (restricted < 0 || Within(problem, cell, restricted)))
            {
                ids.Add(problem.VirtualCells[cell].Id);
            }
        }

        string where = restricted < 0
            ? "in all cells together"
            : $"in {NumaText.Cells(problem.HostIds.Where((_, host) => problem.Allowed[(restricted * problem.Hosts) + host]))}";
        (string required, string present) = Amounts(problem, resource, need, free);
        return new(
            NumaObstacleKind.SumTooLarge,
            ids,
            $"{required} for virtual {NumaText.Cells(ids)}",
            $"{present} {(free == 1 && resource == problem.Cpu ? "is" : "are")} free {where}");
    }

    // In bytes where rounding would hide the difference.
    private static (string Required, string Present) Amounts(NumaProblem problem, int resource, long need, long have)
    {
        string required = Amount(problem, resource, need);
        string present = Amount(problem, resource, have);
        return required == present ? ($"{need} B", $"{have} B") : (required, present);
    }

    private static string Amount(NumaProblem problem, int resource, long amount) =>
        resource == problem.Cpu ? NumaText.Cpus(amount) : NumaText.Memory(amount, problem.PageSizes[resource]);

    // Of the cells of some size or more, no host cell takes more than fit when it takes the smallest of them. This is what tells that 33
    // cells of just over a third do not fit into 16, which no sum shows.
    private static NumaObstacle? TooMany(NumaProblem problem, int resource)
    {
        long[] needs = Needs(problem, resource);
        for (int last = 0; last < needs.Length; last++)
        {
            if (last + 1 < needs.Length && needs[last + 1] == needs[last])
            {
                continue;
            }

            int count = 0;
            for (int host = 0; host < problem.Hosts && count <= last; host++)
            {
                long left = problem.Free[(resource * problem.Hosts) + host];
                for (int next = last; next >= 0 && needs[next] <= left; next--)
                {
                    left -= needs[next];
                    count++;
                }
            }

            if (count <= last)
            {
                return new(
                    NumaObstacleKind.NoCombination,
                    Ids(problem, resource, needs[last]),
                    $"{last + 1} times {Amount(problem, resource, needs[last])} or more, each in one host cell",
                    $"there is room for {count}");
            }
        }

        return null;
    }

    // What no multiple of the sizes' common divisor reaches is lost in every host cell: even sizes leave a unit of every odd cell.
    private static NumaObstacle? Remainders(NumaProblem problem, int resource)
    {
        long[] needs = Needs(problem, resource);
        if (needs.Length == 0)
        {
            return null;
        }

        long divisor = 0;
        long all = 0;
        foreach (long need in needs)
        {
            divisor = Divisor(need, divisor);
            all = NumaProblem.Add(all, need);
        }

        long usable = 0;
        for (int host = 0; host < problem.Hosts; host++)
        {
            long free = problem.Free[(resource * problem.Hosts) + host];
            usable = NumaProblem.Add(usable, free - (free % divisor));
        }

        if (all <= usable)
        {
            return null;
        }

        (string required, string present) = Amounts(problem, resource, all, usable);
        return new(
            NumaObstacleKind.NoCombination,
            Ids(problem, resource, 1),
            $"{required} in pieces of {Amount(problem, resource, divisor)}, each in one host cell",
            $"{present} of the free cells can be used by such pieces");
    }

    private static long Divisor(long one, long other)
    {
        while (other != 0)
        {
            (one, other) = (other, one % other);
        }

        return one;
    }

    private static long[] Needs(NumaProblem problem, int resource)
    {
        long[] needs = new long[problem.Slots];
        int count = 0;
        for (int position = 0; position < problem.Slots; position++)
        {
            if (problem.FixedNeed(position, resource) is long need and > 0)
            {
                needs[count++] = -need;
            }
        }

        Array.Sort(needs, 0, count);
        long[] descending = new long[count];
        for (int index = 0; index < count; index++)
        {
            descending[index] = -needs[index];
        }

        return descending;
    }

    private static int[] Ids(NumaProblem problem, int resource, long atLeast)
    {
        List<int> ids = [];
        for (int position = 0; position < problem.Slots; position++)
        {
            int id = problem.VirtualCells[problem.CellAt[position]].Id;
            if (problem.FixedNeed(position, resource) >= atLeast && !ids.Contains(id))
            {
                ids.Add(id);
            }
        }

        ids.Sort();
        return [.. ids];
    }
}
