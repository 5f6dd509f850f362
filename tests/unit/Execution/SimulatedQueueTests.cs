using System.Diagnostics;
using VirtMigration.Execution;
using VirtMigration.Planning;
using VirtMigration.Ports;
using Xunit;
using Xunit.Abstractions;

namespace VirtMigration.UnitTests.Execution;

/// <summary>Whole evacuations with durations that are known: two hosts are emptied onto four, two migrations out of each and two into
/// each at a time.</summary>
public sealed class SimulatedQueueTests(ITestOutputHelper output)
{
    private const int Limit = 2;

    private static readonly TimeSpan s_unit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task The_whole_takes_as_long_as_the_limits_ask_for_and_grows_with_the_number_of_VMs()
    {
        (int count, Task<Run> run)[] runs = [.. new[] { 20, 100, 400 }.Select(count => (count, SimulateAsync(count)))];
        Dictionary<int, Run> done = [];
        foreach ((int count, Task<Run> run) in runs)
        {
            Run one = done[count] = await run;
            output.WriteLine($"{count}: {one.Total} of at least {one.Bound}");
            Assert.InRange(one.Total, one.Bound, one.Bound * 1.05);
            Assert.Equal(Limit, one.Most);
        }

        Assert.InRange(done[400].Total / done[100].Total, 0.95 * done[400].Bound / done[100].Bound, 1.05 * done[400].Bound / done[100].Bound);
        Assert.InRange(done[400].Bound / done[100].Bound, 3.8, 4.2);
    }

    private static async Task<Run> SimulateAsync(int count)
    {
        using Evacuation evacuation = new();
        evacuation.Enqueue(Moves(count));
        return await evacuation.RunAsync();
    }

    // Those that need their hosts for themselves first, two in the midst of many, and the others by their length: as a planner orders them.
    private static List<(MigrationPlan Plan, TimeSpan Duration)> Moves(int count)
    {
        List<(MigrationPlan Plan, TimeSpan Duration)> parallel = [];
        List<(MigrationPlan Plan, TimeSpan Duration)> plain = [];
        for (int i = 0; i < count; i++)
        {
            string way = $"h{1 + (i % 2)}>h{3 + (((i / 2) + (i % 2 * 2)) % 4)}";
            bool alone = i < count / 20 / 2 * 2 || i < 2;
            TimeSpan duration = s_unit * (alone ? 1 : 1 + (i / 2 * 7 % 3));
            (alone ? parallel : plain).Add((alone ? QueueWorld.Parallel(100 + i, way) : QueueWorld.Plain(100 + i, way), duration));
        }

        List<(MigrationPlan, TimeSpan)> all = [.. parallel, .. plain.OrderByDescending(one => one.Duration)];
        if (count == 400)
        {
            (MigrationPlan, TimeSpan)[] late = [.. all.Take(2)];
            all.RemoveRange(0, 2);
            all.InsertRange(count / 2, late);
        }

        return all;
    }

    private sealed record Run(TimeSpan Total, TimeSpan Bound, int Most);

    private sealed class Evacuation : IDisposable
    {
        private readonly Lock _lock = new();
        private readonly SimulatedClock _clock = new();
        private readonly FakeSlots _slots = new();
        private readonly QueueWorld _world;
        private readonly Dictionary<Guid, TimeSpan> _durations = [];
        private readonly Dictionary<Guid, MigrationPlan> _plans = [];
        private readonly List<MigrationPlan> _waiting = [];
        private readonly Dictionary<FakeTransfer, TimeSpan> _ends = [];
        private TimeSpan _bound;
        private int _begun;
        private int _most;

        public Evacuation()
        {
            _world = new(QueueOrder.Passing, _slots, _clock);
            foreach (FakeHost host in _world.Hosts.Values)
            {
                host.OnTransfer = Begin;
                host.Shows = () => Shown(host);
            }
        }

        public void Dispose() => _world.Dispose();

        public void Enqueue(List<(MigrationPlan Plan, TimeSpan Duration)> moves)
        {
            foreach ((MigrationPlan plan, TimeSpan duration) in moves)
            {
                _durations[plan.Uuid] = duration;
                _plans[plan.Uuid] = plan;
                _waiting.Add(plan);
            }

            // A host passes what it must pass, two at a time or one alone.
            _bound = moves.SelectMany(one => new[] { (Host: one.Plan.Source, one), (Host: one.Plan.Destination, one) })
                .GroupBy(pair => pair.Host, pair => pair.one)
                .Max(host => host.Aggregate(TimeSpan.Zero, (sum, one) => sum + (one.Plan.IsParallel() ? one.Duration : one.Duration / Limit)));
            _world.Enqueue([.. moves.Select(one => one.Plan)]);
            _world.Queue.Complete();
        }

        public async Task<Run> RunAsync()
        {
            while (true)
            {
                await SettleAsync();
                if (_world.Queue.Completion.IsCompleted)
                {
                    await _world.Queue.Completion;
                    Assert.All(_world.Observer.Results, result => Assert.Equal(MigrationOutcome.Succeeded, result.Outcome));
                    return new(_clock.Now, _bound, _most);
                }

                EndNext();
            }
        }

        // Time passes only when nothing more is due in this moment, however long the machine takes to get there: what was started is
        // seen, what ended is told, and of those that wait none may start.
        private async Task SettleAsync()
        {
            long began = Stopwatch.GetTimestamp();
            while (!_world.Queue.Completion.IsCompleted)
            {
                (int starts, int ends, _) = _world.Observer.Counts;
                MigrationPlan? due;
                lock (_lock)
                {
                    bool still = starts == _begun && ends == _begun - _ends.Count && !_slots.AnyHeld && (_waiting.Count > 0 || _ends.Count > 0);
                    due = still ? Due() : null;
                    if (still && due is null)
                    {
                        return;
                    }
                }

                Assert.True(Stopwatch.GetElapsedTime(began) < s_patience, $"{due?.VM ?? "nobody"} is due:\n{string.Join('\n', _world.Observer.Told.TakeLast(9))}");
                await Task.Delay(1);
            }
        }

        // The order in its own words: the first that fits and that nobody is to have its turn before.
        private MigrationPlan? Due()
        {
            HashSet<string> sources = [];
            HashSet<string> kept = [];
            MigrationPlan[] running = [.. _ends.Keys.Select(one => _plans[one.Vm])];
            foreach (MigrationPlan plan in _waiting)
            {
                bool first = sources.Add(plan.Source);
                bool free = !kept.Contains(plan.Source) && !kept.Contains(plan.Destination);
                if (free && Fits(plan, running))
                {
                    return plan;
                }

                if (free && first && plan.IsParallel())
                {
                    kept.UnionWith([plan.Source, plan.Destination]);
                }
            }

            return null;
        }

        private static bool Fits(MigrationPlan plan, MigrationPlan[] running)
        {
            MigrationPlan[] beside = [.. running.Where(one => one.Source == plan.Source || one.Destination == plan.Destination)];
            return plan.IsParallel()
                ? beside.Length == 0
                : !beside.Any(one => one.IsParallel())
                    && beside.Count(one => one.Source == plan.Source) < Limit
                    && beside.Count(one => one.Destination == plan.Destination) < Limit;
        }

        private void Begin(FakeTransfer transfer)
        {
            lock (_lock)
            {
                _begun++;
                _waiting.Remove(_plans[transfer.Vm]);
                _ends[transfer] = _clock.Now + _durations[transfer.Vm];
                _most = Math.Max(_most, _ends.Keys.GroupBy(one => one.Source).Concat(_ends.Keys.GroupBy(one => one.Destination)).Max(group => group.Count()));
            }

            QueueWorld.Show(transfer);
        }

        private void EndNext()
        {
            FakeTransfer[] ended;
            TimeSpan wait;
            lock (_lock)
            {
                TimeSpan next = _ends.Values.Min();
                wait = next - _clock.Now;
                ended = [.. _ends.Where(pair => pair.Value <= next).Select(pair => pair.Key)];
                foreach (FakeTransfer one in ended)
                {
                    _ends.Remove(one);
                }
            }

            _clock.Advance(wait);
            foreach (FakeTransfer one in ended)
            {
                one.Succeed(new() { MemoryTotal = Given.GiB(4), MemoryProcessed = Given.GiB(4) });
            }
        }

        private List<ActiveMigration> Shown(FakeHost host)
        {
            lock (_lock)
            {
                return
                [
                    .. _ends.Keys.Where(one => one.Source == host || one.Destination == host).Select(one => new ActiveMigration(
                        host.Registration.Name, one.Vm, $"{one.Vm}", one.Source == host ? MigrationDirection.Outgoing : MigrationDirection.Incoming, null)),
                ];
            }
        }
    }
}
