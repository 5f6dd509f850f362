namespace VirtMigration.Placement;

/// <summary>Which host NUMA cells a VM's NUMA cells go to. An answer is never a false no and never a false yes: it is proven, or it is left
/// open.</summary>
/// <remarks>It is bin packing with eligibility, which takes exponential time in the worst case. So what sums and counts show is decided
/// without a search; then any assignment that fits is looked for (or the proof that there is none), then the best; each until its part of
/// a bound that is counted in steps, not in time, so that the same request always has the same answer. Of equally good assignments the one
/// found first is taken, and lower ids are tried first; the order in which a request names the cells does not matter.</remarks>
public static class NumaAssignment
{
    /// <summary>How much is searched. A step takes two to five nanoseconds, so that 64 virtual cells on 16 stay below 10 milliseconds in the
    /// worst case. What is left open by then has next to nothing to spare; ten times as much decides a part of it.</summary>
    public const long DefaultBound = 2_000_000;

    // Up to so many slots the search for the best is through before anything that prepares it would pay.
    private const int Few = 8;

    /// <summary>Decides where the virtual cells go.</summary>
    /// <param name="request">The cells, and what to go by.</param>
    /// <exception cref="ArgumentException">An id comes twice, or a number makes no sense.</exception>
    public static NumaAssignmentResult Assign(NumaAssignmentRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);

        // What a host does not tell counts as nothing at first. If there is no room then, it matters whether there could be.
        NumaProblem problem = new(request, 0);
        NumaAssignmentResult result = Assign(request, problem);
        if (result.Verdict == NumaVerdict.Decided || problem.Unknown.Count == 0)
        {
            return result;
        }

        NumaAssignmentResult most = Assign(request, new(request, long.MaxValue));
        return most.Verdict == NumaVerdict.Infeasible
            ? most
            : Open(
                problem,
                NumaObstacleKind.FreeUnknown,
                $"does not tell what is free in {NumaText.Cells(problem.Unknown)}",
                result.Steps + most.Steps);
    }

    private static NumaAssignmentResult Assign(NumaAssignmentRequest request, NumaProblem problem)
    {
        if (NumaObstacles.Find(problem) is { } obstacle)
        {
            return new() { Verdict = NumaVerdict.Infeasible, Obstacle = obstacle };
        }

        if (problem.Slots > NumaObjective.MostSlots)
        {
            return Open(problem, NumaObstacleKind.BoundReached, $"more than {NumaObjective.MostSlots} choices are not tried", 0);
        }

        List<int[]> fits = [];
        (bool none, long steps) = FindAny(problem, request.Bound, fits);
        return fits.Count > 0 ? Best(request, problem, fits, steps)
            : none ? new()
            {
                Verdict = NumaVerdict.Infeasible,
                Steps = steps,
                Obstacle = new(
                    NumaObstacleKind.NoCombination,
                    Ids(problem),
                    $"room for virtual {NumaText.Cells(Ids(problem))}",
                    "each fits alone and so does their sum, but no combination of them fits"),
            }
            : Open(problem, NumaObstacleKind.BoundReached, $"in {steps} steps no way was found and none ruled out", steps);
    }

    // A short search decides most; where it does not, repairing an assignment that does not fit often finds one, and then a longer search
    // may. Where there are many, a repaired one is also wanted for staying near to where the cells are. Says whether there is none.
    private static (bool None, long Steps) FindAny(NumaProblem problem, long bound, List<int[]> fits)
    {
        NumaFeasibility search = new(problem, bound / 10);
        if (search.Find())
        {
            fits.Add(search.Chosen);
        }

        long steps = search.Steps;
        if (problem.Slots == problem.Cells && (search.Cut || (fits.Count > 0 && problem.Slots > Few)))
        {
            steps += Repair(problem, bound / 8, fromSource: true, fits);
            steps += fits.Count > 0 ? 0 : Repair(problem, bound / 8, fromSource: false, fits);
        }

        if (search.Cut && fits.Count == 0)
        {
            search = new(problem, bound / 2);
            if (search.Find())
            {
                fits.Add(search.Chosen);
            }

            steps += search.Steps;
        }

        return (fits.Count == 0 && !search.Cut, steps);
    }

    private static long Repair(NumaProblem problem, long bound, bool fromSource, List<int[]> fits)
    {
        NumaRepair repair = new(problem, bound, fromSource);
        if (repair.Find())
        {
            fits.Add(repair.Chosen);
        }

        return repair.Steps;
    }

    private static NumaAssignmentResult Best(NumaAssignmentRequest request, NumaProblem problem, List<int[]> fits, long steps)
    {
        NumaObjective objective = new(problem, request.Distances);
        NumaOptimum optimum = new(problem, objective, fits[0], request.Bound * 3 / 20);
        if (problem.Slots > Few)
        {
            fits.ForEach(fit => optimum.Offer(NumaPolish.Improve(problem, objective, fit)));
        }

        optimum.Find();
        if (optimum.Cut)
        {
            optimum.Offer(NumaPolish.Improve(problem, objective, optimum.Best));
        }

        return new()
        {
            Verdict = NumaVerdict.Decided,
            Optimal = !optimum.Cut || optimum.Cost == optimum.LowerBound,
            Cost = objective.Read(optimum.Cost.Spill, optimum.Cost.Cost, optimum.Cost.Left),
            Placements = Placements(problem, optimum.Best),
            Steps = steps + optimum.Steps,
        };
    }

    private static NumaAssignmentResult Open(NumaProblem problem, NumaObstacleKind kind, string present, long steps) => new()
    {
        Verdict = NumaVerdict.NotDecided,
        Steps = steps,
        Obstacle = new(kind, Ids(problem), $"room for virtual {NumaText.Cells(Ids(problem))}", present),
    };

    private static int[] Ids(NumaProblem problem) => Array.ConvertAll(problem.VirtualCells, static cell => cell.Id);

    private static NumaPlacement[] Placements(NumaProblem problem, int[] chosen)
    {
        NumaPlacement[] placements = new NumaPlacement[problem.Cells];
        for (int position = 0; position < chosen.Length;)
        {
            int cell = problem.CellAt[position];
            NumaVirtualCell one = problem.VirtualCells[cell];
            int[] hosts = chosen.AsSpan(position, one.Span).ToArray();
            Array.Sort(hosts);
            int[] ids = Array.ConvertAll(hosts, host => problem.HostIds[host]);
            placements[cell] = new(one.Id, one.CurrentCells, ids, Reason(problem, cell, hosts));
            position += one.Span;
        }

        return placements;
    }

    // Of several cells that it leaves, the first reason in the order of the reasons counts.
    private static NumaPlacementReason Reason(NumaProblem problem, int cell, int[] hosts)
    {
        IReadOnlyList<int> current = problem.VirtualCells[cell].CurrentCells;
        NumaPlacementReason reason = current.Count == 0 ? NumaPlacementReason.NotBound : NumaPlacementReason.Kept;
        for (int index = 0; index < current.Count; index++)
        {
            int host = problem.IndexOf(current[index]);
            if (host < 0 || Array.IndexOf(hosts, host) < 0)
            {
                NumaPlacementReason one = host < 0 ? NumaPlacementReason.CellAbsent
                    : !problem.Allowed[(cell * problem.Hosts) + host] ? NumaPlacementReason.CellNotAllowed
                    : IsTooSmall(problem, cell, host) ? NumaPlacementReason.CellTooSmall
                    : NumaPlacementReason.OtherCells;
                reason = reason == NumaPlacementReason.Kept || one < reason ? one : reason;
            }
        }

        return reason;
    }

    private static bool IsTooSmall(NumaProblem problem, int cell, int host)
    {
        NumaVirtualCell one = problem.VirtualCells[cell];
        return problem.Free[(problem.MemoryOf[cell] * problem.Hosts) + host] < problem.Share[cell]
            || (one.DedicatedCpus > 0 && problem.Free[(problem.Cpu * problem.Hosts) + host] < one.DedicatedCpus / one.Span);
    }
}
