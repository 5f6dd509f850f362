#requires -Version 7.6
# Assigning virtual to host NUMA cells: 4 on 8 against a search through all assignments for the same answer, and 64 on 16, of random and
# of adversarial sizes, against a plain depth-first search for any answer (host cells from the last to the first, no order, no bounds: what
# oVirt's NumaPinningHelper does), which is given a cap here, since it has none and would not come to an end. Allowed are 10 microseconds
# and 10 milliseconds. Times are of the thread's CPU, and each case's
# shortest counts, so that what else the machine does is left out.
param([int] $Rounds = 3, [int] $Seeds = 100, [int] $Cap = 1000000)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
Import-Module (Join-Path $PSScriptRoot 'Measure.psm1'), (Join-Path $PSScriptRoot '../../out/VirtMigration')

# A loop in the shell would measure the shell.
$engine = [VirtMigration.Planning.MigrationPlanner].Assembly.Location
Add-Type -ReferencedAssemblies $engine, 'System.Runtime', 'System.Collections', 'System.Linq', 'System.Runtime.InteropServices' -TypeDefinition @'
using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;
using VirtMigration.Inventory;
using VirtMigration.Placement;
using VirtMigration.Units;

public sealed class NumaFamilyResult
{
    public double[] Times;
    public double[] RivalTimes;
    public int Feasible;
    public int Optimal;
    public int Infeasible;
    public int NotDecided;
    public int RivalCapped;
    public int Moves;
}

public static class NumaBenchmark
{
    public static readonly string[] Random = { "random, 60 % full", "random, 90 % full", "random, 99 % full", "random, ids absent" };

    public static readonly string[] Adversarial =
    {
        "thirds and a bit, 33", "thirds and a bit, 32", "halves in pairs", "halves, one unit off", "filled by 3, 0 spare", "filled by 4, 0.1% spare",
        "filled by 4, 1% spare", "filled by 4, 0 spare", "even sizes, odd cells", "random partition", "memory and CPUs, 93 %", "equal, all full"
    };

    // Shortest of some rounds, in microseconds; and whether the answer of the rival, which goes through all assignments, is the same.
    public static NumaFamilyResult FourOnEight(int cases, int rounds)
    {
        var result = new NumaFamilyResult { Times = new double[cases], RivalTimes = new double[cases] };
        NumaAssignmentRequest[] requests = Enumerable.Range(0, cases).Select(Small).ToArray();
        for (int warm = 0; warm < 40; warm++) foreach (NumaAssignmentRequest request in requests) NumaAssignment.Assign(request);
        for (int warm = 0; warm < 3; warm++) foreach (NumaAssignmentRequest request in requests) All(request);
        for (int index = 0; index < cases; index++)
        {
            NumaAssignmentRequest request = requests[index];
            NumaAssignmentResult found = NumaAssignment.Assign(request);
            NumaCost? best = All(request);
            if (found.Cost != best || found.Optimal != best.HasValue) throw new InvalidOperationException("case " + index + ": " + found + " " + found.Cost + ", but the best is " + best);
            if (best.HasValue) result.Feasible++; else result.Infeasible++;
            result.Times[index] = result.RivalTimes[index] = double.MaxValue;
            for (int round = 0; round < rounds; round++)
            {
                double start = Now();
                for (int call = 0; call < 10; call++) NumaAssignment.Assign(request);
                double middle = Now();
                All(request);
                result.Times[index] = Math.Min(result.Times[index], (middle - start) / 10);
                result.RivalTimes[index] = Math.Min(result.RivalTimes[index], Now() - middle);
            }
        }

        return result;
    }

    public static NumaFamilyResult SixtyFourOnSixteen(string family, int seeds, int rounds, int cap)
    {
        var result = new NumaFamilyResult { Times = new double[seeds], RivalTimes = new double[seeds] };
        for (int seed = 0; seed < seeds; seed++)
        {
            NumaAssignmentRequest request = Large(family, new Random(seed));
            NumaAssignmentResult found = null;
            result.Times[seed] = double.MaxValue;
            for (int round = 0; round < rounds; round++)
            {
                double start = Now();
                found = NumaAssignment.Assign(request);
                result.Times[seed] = Math.Min(result.Times[seed], (Now() - start) / 1000);
            }

            double begin = Now();
            bool? rival = new Plain(request, cap).Find();
            result.RivalTimes[seed] = (Now() - begin) / 1000;
            if (rival == null) result.RivalCapped++;
            bool filled = family.StartsWith("filled") || family == "halves in pairs" || family.StartsWith("equal");
            if (found.Verdict == NumaVerdict.Infeasible && (filled || rival == true)) throw new InvalidOperationException(family + " " + seed + ": a false no");
            if (found.Verdict == NumaVerdict.Decided && rival == false) throw new InvalidOperationException(family + " " + seed + ": a false yes");
            if (found.Verdict == NumaVerdict.NotDecided) result.NotDecided++;
            else if (found.Verdict == NumaVerdict.Infeasible) result.Infeasible++;
            else { result.Feasible++; result.Moves += found.Cost.Value.Moves; if (found.Optimal) result.Optimal++; }
        }

        return result;
    }

    private struct TimeSpec { public long Seconds; public long Nanoseconds; }

    [DllImport("libc")]
    private static extern int clock_gettime(int clock, out TimeSpec time);

    // Microseconds of this thread's CPU (CLOCK_THREAD_CPUTIME_ID).
    private static double Now()
    {
        if (clock_gettime(3, out TimeSpec time) != 0) throw new InvalidOperationException("clock_gettime");
        return (time.Seconds * 1e6) + (time.Nanoseconds / 1e3);
    }

    private static NumaAssignmentRequest Small(int seed)
    {
        var random = new Random(seed);
        long[] sizes = Enumerable.Range(0, 4).Select(_ => random.Next(2) == 0 ? 16384L : random.NextInt64(4096, 32768)).ToArray();
        long[] free = Enumerable.Range(0, 8).Select(_ => seed % 5 == 4 ? random.NextInt64(2048, 24576) : random.NextInt64(8192, 131072)).ToArray();
        return Request(sizes, free, id => seed % 4 == 0 ? new int[0] : seed % 4 == 1 ? new[] { id } : seed % 4 == 2 ? new[] { id + 20 } : new[] { id / 2 });
    }

    private static NumaAssignmentRequest Large(string family, Random random)
    {
        long[] equal = Enumerable.Repeat(100000L, 16).ToArray();
        long[] varied = Enumerable.Range(0, 16).Select(_ => random.NextInt64(65536, 262144)).ToArray();
        switch (family)
        {
            case "random, 60 % full": return Request(Parts(random, 64, varied.Sum() * 60 / 100), varied, id => new[] { id % 16 });
            case "random, 90 % full": return Request(Parts(random, 64, varied.Sum() * 90 / 100), varied, id => new[] { id % 16 });
            case "random, 99 % full": return Request(Parts(random, 64, varied.Sum() * 99 / 100), varied, id => new[] { id % 16 });
            case "random, ids absent": return Request(Parts(random, 64, varied.Sum() * 70 / 100), varied, id => new[] { 100 + (id / 4) });
            case "thirds and a bit, 33": return Request(Sizes(33, () => random.NextInt64(33334, 33600)).Concat(Sizes(31, () => random.NextInt64(100, 900))), equal);
            case "thirds and a bit, 32": return Request(Sizes(32, () => random.NextInt64(33334, 33600)).Concat(Sizes(32, () => random.NextInt64(11000, 16300))), equal);
            case "halves in pairs": case "halves, one unit off":
                long[] large = Sizes(16, () => random.NextInt64(50001, 60000)).ToArray();
                long[] small = large.Select(size => 100000 - size).ToArray();
                if (family != "halves in pairs") { small[0]++; small[1]--; }
                return Request(large.Concat(small), equal);
            case "filled by 3, 0 spare": return Request(Shuffled(random, Enumerable.Range(0, 16).SelectMany(_ => Pieces(random, 100000, 3))), equal);
            case "filled by 4, 0 spare": return Request(Shuffled(random, Enumerable.Range(0, 16).SelectMany(_ => Pieces(random, 100000, 4))), equal);
            case "filled by 4, 0.1% spare": return Request(Shuffled(random, Enumerable.Range(0, 16).SelectMany(_ => Pieces(random, 99900, 4))), equal);
            case "filled by 4, 1% spare": return Request(Shuffled(random, Enumerable.Range(0, 16).SelectMany(_ => Pieces(random, 99000, 4))), equal);
            case "even sizes, odd cells":
                long[] even = Sizes(64, () => 2 * random.NextInt64(1000, 30000)).ToArray();
                return Request(even, Enumerable.Repeat((even.Sum() / 16) | 1, 16));
            case "random partition":
                long[] any = Sizes(64, () => random.NextInt64(1000, 60000)).ToArray();
                any[0] += 16 - (any.Sum() % 16);
                return Request(any, Enumerable.Repeat(any.Sum() / 16, 16));
            case "memory and CPUs, 93 %":
                NumaAssignmentRequest both = Request(Parts(random, 64, 1488000), equal, id => new[] { id % 16 });
                return both with
                {
                    VirtualCells = both.VirtualCells.Select(cell => cell with { DedicatedCpus = 1 + random.Next(5) }).ToArray(),
                    HostCells = both.HostCells.Select(cell => cell with { Cpus = Enumerable.Range(0, 13).ToArray() }).ToArray(),
                };
            case "equal, all full": return Request(Enumerable.Repeat(25000L, 64), equal);
            default: throw new ArgumentException(family);
        }
    }

    private static IEnumerable<long> Sizes(int count, Func<long> size) => Enumerable.Range(0, count).Select(_ => size()).ToArray();

    private static long[] Parts(Random random, int count, long all)
    {
        double[] parts = Enumerable.Range(0, count).Select(_ => 0.1 + random.NextDouble()).ToArray();
        double sum = parts.Sum();
        return parts.Select(part => (long)(all * part / sum)).ToArray();
    }

    private static long[] Pieces(Random random, long whole, int count)
    {
        while (true)
        {
            long[] cuts = new[] { 0L }.Concat(Enumerable.Range(1, count - 1).Select(_ => random.NextInt64(1, whole)).OrderBy(cut => cut)).Append(whole).ToArray();
            long[] pieces = Enumerable.Range(0, count).Select(index => cuts[index + 1] - cuts[index]).ToArray();
            if (pieces.Min() > whole / 8) return pieces;
        }
    }

    private static long[] Shuffled(Random random, IEnumerable<long> sizes)
    {
        long[] all = sizes.ToArray();
        random.Shuffle(all);
        return all;
    }

    private static NumaAssignmentRequest Request(IEnumerable<long> mebibytes, IEnumerable<long> free, Func<int, int[]> current = null)
    {
        int hosts = free.Count();
        return new NumaAssignmentRequest
        {
            VirtualCells = mebibytes.Select((size, id) => new NumaVirtualCell { Id = id, Memory = ByteSize.FromMebibytes(size), CurrentCells = current == null ? new int[0] : current(id) }).ToArray(),
            HostCells = free.Select((size, id) => new NumaCell(id, ByteSize.FromMebibytes(size), ByteSize.FromMebibytes(size), new int[0], new HugePagePool[0])).ToArray(),
            Distances = (from one in Enumerable.Range(0, hosts) from other in Enumerable.Range(0, hosts) select new NumaDistance(one, other, one == other ? 10 : one / 4 == other / 4 ? 12 : 32)).ToArray(),
        };
    }

    // The best by the same measure, of all assignments that fit.
    private static NumaCost? All(NumaAssignmentRequest request)
    {
        int cells = request.VirtualCells.Count;
        int hosts = request.HostCells.Count;
        long[] need = request.VirtualCells.Select(cell => cell.Memory.Bytes).ToArray();
        long[] left = request.HostCells.Select(host => host.FreeMemory.Value.Bytes).ToArray();
        int[][] current = request.VirtualCells.Select(cell => cell.CurrentCells.ToArray()).ToArray();
        int[] chosen = new int[cells];
        NumaCost? best = null;
        Next(0);
        return best;

        void Next(int cell)
        {
            if (cell == cells)
            {
                NumaCost cost = Cost();
                if (best == null || cost < best.Value) best = cost;
                return;
            }

            for (int host = hosts - 1; host >= 0; host--)
            {
                if (left[host] >= need[cell])
                {
                    left[host] -= need[cell];
                    chosen[cell] = host;
                    Next(cell + 1);
                    left[host] += need[cell];
                }
            }
        }

        NumaCost Cost()
        {
            int moves = 0, merges = 0, distance = 0;
            long least = long.MaxValue;
            for (int one = 0; one < cells; one++)
            {
                if (current[one].Length > 0 && current[one][0] < hosts && current[one][0] != chosen[one]) moves++;
                least = Math.Min(least, left[chosen[one]]);
                for (int other = 0; other < one; other++)
                {
                    distance += chosen[one] == chosen[other] ? 10 : chosen[one] / 4 == chosen[other] / 4 ? 12 : 32;
                    if (chosen[one] == chosen[other] && current[one].Length > 0 && current[one][0] != current[other][0]) merges++;
                }
            }

            return new NumaCost(default, moves, merges, distance, new ByteSize(least));
        }
    }

    private sealed class Plain
    {
        private readonly long[] _need;
        private readonly long[] _left;
        private readonly int[] _needCpus;
        private readonly int[] _leftCpus;
        private readonly int _cap;
        private int _nodes;

        public Plain(NumaAssignmentRequest request, int cap)
        {
            _need = request.VirtualCells.Select(cell => cell.Memory.Bytes).ToArray();
            _left = request.HostCells.Select(host => host.FreeMemory.Value.Bytes).ToArray();
            _needCpus = request.VirtualCells.Select(cell => cell.DedicatedCpus).ToArray();
            _leftCpus = request.HostCells.Select(host => host.Cpus.Count).ToArray();
            _cap = cap;
        }

        public bool? Find() => Next(0) ? true : _nodes >= _cap ? (bool?)null : false;

        private bool Next(int cell)
        {
            if (cell == _need.Length) return true;
            for (int host = _left.Length - 1; host >= 0 && _nodes < _cap; host--)
            {
                if (_left[host] < _need[cell] || _leftCpus[host] < _needCpus[cell]) continue;
                _nodes++;
                _left[host] -= _need[cell];
                _leftCpus[host] -= _needCpus[cell];
                if (Next(cell + 1)) return true;
                _left[host] += _need[cell];
                _leftCpus[host] += _needCpus[cell];
            }

            return false;
        }
    }
}
'@

function Get-Percentile([double[]] $Values, [double] $Part) {
    $sorted = @($Values | Sort-Object)
    $sorted[[Math]::Ceiling($Part * $sorted.Count) - 1]
}

$small = [NumaBenchmark]::FourOnEight(400, $Rounds)
'4 on 8, {0} cases that fit and {1} that do not, each answer the same as the rival''s: median {2:0.0}, p99 {3:0.0}, most {4:0.0} microseconds (allowed: 10)' -f
    $small.Feasible, $small.Infeasible, (Get-Median $small.Times), (Get-Percentile $small.Times 0.99), (Get-Percentile $small.Times 1)
Write-Ratio '4 on 8, the best' (Get-Median $small.Times) 'all assignments' (Get-Median $small.RivalTimes) 0.5 -Unit 'us'

''
'64 on 16, {0} cases of each, in ms (allowed: 10); the rival ends after {1} nodes' -f $Seeds, $Cap
$row = '{0,-26}{1,8}{2,8}{3,8}{4,7}{5,10}{6,6}{7,14}{8,12}{9,14}'
$row -f 'sizes', 'median', 'p99', 'most', 'fit', '(proven)', 'no', 'not decided', 'rival', 'rival capped'
foreach ($family in [NumaBenchmark]::Random + [NumaBenchmark]::Adversarial) { $null = [NumaBenchmark]::SixtyFourOnSixteen($family, 10, 2, 100000) }
$sums = @{}
foreach ($group in 'Random', 'Adversarial') {
    $sums[$group] = @{ Ours = 0.0; Theirs = 0.0; Open = 0; Capped = 0; Count = 0; Most = 0.0 }
    foreach ($family in [NumaBenchmark]::$group) {
        $one = [NumaBenchmark]::SixtyFourOnSixteen($family, $Seeds, $Rounds, $Cap)
        $most = Get-Percentile $one.Times 1
        $row -f $family, (Get-Median $one.Times).ToString('0.00'), (Get-Percentile $one.Times 0.99).ToString('0.00'), $most.ToString('0.00'),
            $one.Feasible, $one.Optimal, $one.Infeasible, ('{0:0} %' -f (100 * $one.NotDecided / $Seeds)), (Get-Median $one.RivalTimes).ToString('0.00'),
            ('{0:0} %' -f (100 * $one.RivalCapped / $Seeds))
        $sum = $sums[$group]
        $sum.Ours += ($one.Times | Measure-Object -Sum).Sum
        $sum.Theirs += ($one.RivalTimes | Measure-Object -Sum).Sum
        $sum.Open += $one.NotDecided
        $sum.Capped += $one.RivalCapped
        $sum.Count += $Seeds
        $sum.Most = [Math]::Max($sum.Most, $most)
    }
}

''
foreach ($group in 'Random', 'Adversarial') {
    $sum = $sums[$group]
    Write-Ratio "64 on 16, $($group.ToLowerInvariant()), the longest" $sum.Most 'allowed' 10 1.0
    Write-Ratio "64 on 16, $($group.ToLowerInvariant()), left open" (100 * $sum.Open / $sum.Count) 'plain depth-first search, capped' (100 * $sum.Capped / $sum.Count) 0.5 -Unit '%'
    Write-Ratio "64 on 16, $($group.ToLowerInvariant()), mean" ($sum.Ours / $sum.Count) 'plain depth-first search, capped' ($sum.Theirs / $sum.Count) 1.0
}
