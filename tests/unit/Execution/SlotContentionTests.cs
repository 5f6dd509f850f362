using System.Collections.Concurrent;
using VirtMigration.Execution;
using VirtMigration.Planning;
using VirtMigration.Policies;
using VirtMigration.Ports;
using VirtMigration.State;
using VirtMigration.UnitTests.State;
using Xunit;

namespace VirtMigration.UnitTests.Execution;

/// <summary>Queues that know nothing of each other, over the same hosts and one folder of slot locks.</summary>
public sealed class SlotContentionTests
{
    private const int AtATime = 8;

    [Fact]
    public async Task However_many_shells_contend_the_limits_hold_at_every_moment()
    {
        ConcurrentBag<string> exceeded = [];
        await Parallel.ForEachAsync(Enumerable.Range(0, 200), new ParallelOptions { MaxDegreeOfParallelism = AtATime }, async (seed, _) =>
        {
            using TemporaryFolder folder = new();
            int most = await RoundAsync(seed, () => new SlotFolder(folder.Path));
            if (most > LimitOf(seed))
            {
                exceeded.Add($"round {seed}: {most} of {LimitOf(seed)}");
            }
        });
        Assert.Empty(exceeded);
    }

    // What the test above is worth: the same without locks.
    [Fact]
    public async Task Without_locks_they_do_not()
    {
        int exceeded = 0;
        await Parallel.ForEachAsync(Enumerable.Range(0, 16), new ParallelOptions { MaxDegreeOfParallelism = AtATime }, async (seed, _) =>
        {
            if (await RoundAsync(seed, () => new FakeSlots()) > LimitOf(seed))
            {
                Interlocked.Increment(ref exceeded);
            }
        });
        Assert.NotEqual(0, exceeded);
    }

    private static int LimitOf(int seed) => 1 + (seed % 2);

    /// <returns>The most that left one host or came to one at a time.</returns>
    private static async Task<int> RoundAsync(int seed, Func<ISlotLocks> locksOfAQueue)
    {
        Random random = new(seed);
        Traffic traffic = new(random.Next());
        QueueOrder order = random.Next(2) == 0 ? QueueOrder.Kept : QueueOrder.Passing;
        HastyClock clock = new();
        int id = 100;
        List<MigrationQueue> queues = [];
        List<RecordingObserver> observers = [];
        for (int shell = 0; shell < 2 + random.Next(2); shell++)
        {
            RecordingObserver observer = new();
            MigrationQueue queue = new(new(clock), locksOfAQueue(), observer, clock, order, CancellationToken.None);
            queues.Add(queue);
            observers.Add(observer);
            for (int i = 0; i <= LimitOf(seed); i++)
            {
                (string from, string to) = random.Next(3) switch { 0 => ("h1", "h2"), 1 => ("h1", "h3"), _ => ("h3", "h2") };
                MigrationPolicy policy = LimitOf(seed) == 1 ? BuiltInPolicies.SuspendWorkloadIfNeeded : BuiltInPolicies.MinimalDowntime;
                MigrationPlan plan = Given.Plan($"vm{id}", id++, from, to, policy);
                traffic.Hosts[from].With(plan.Uuid);
                MigrationRun run = new(plan, traffic.Hosts[from], traffic.Hosts[to], $"shell{shell}");
                queue.Enqueue(new(run, _ => Task.FromResult(run)));
            }
        }

        queues.ForEach(queue => queue.Complete());
        await Task.WhenAll(queues.Select(queue => queue.Completion)).WaitAsync(FakeHost.Patience);
        Assert.All(observers.SelectMany(observer => observer.Results), result => Assert.Equal(MigrationOutcome.Succeeded, result.Outcome));
        Assert.All(observers.SelectMany(observer => observer.Results), result => Assert.Empty(result.Notices));
        return traffic.Most;
    }

    /// <summary>Hosts whose transfers are shown a moment after they began, and end by themselves a moment later.</summary>
    private sealed class Traffic
    {
        private readonly Lock _lock = new();
        private readonly Random _random;
        private readonly List<FakeTransfer> _underWay = [];
        private readonly List<FakeTransfer> _visible = [];

        public Traffic(int seed)
        {
            _random = new(seed);
            foreach (FakeHost host in Hosts.Values)
            {
                host.OnTransfer = transfer => _ = LiveAsync(transfer);
                host.Shows = () => Shown(host);
            }
        }

        public Dictionary<string, FakeHost> Hosts { get; } = new[] { "h1", "h2", "h3" }.ToDictionary(name => name, name => new FakeHost(name));

        public int Most { get; private set; }

        private async Task LiveAsync(FakeTransfer transfer)
        {
            int hidden, shown;
            lock (_lock)
            {
                _underWay.Add(transfer);
                Most = Math.Max(Most, _underWay.GroupBy(one => one.Source).Concat(_underWay.GroupBy(one => one.Destination)).Max(group => group.Count()));
                (hidden, shown) = (_random.Next(6), 3 + _random.Next(6));
            }

            await Task.Delay(hidden);
            lock (_lock)
            {
                _visible.Add(transfer);
            }

            QueueWorld.Show(transfer);
            await Task.Delay(shown);
            lock (_lock)
            {
                _visible.Remove(transfer);
                _underWay.Remove(transfer);
            }

            transfer.Succeed(new() { MemoryTotal = Given.GiB(4), MemoryProcessed = Given.GiB(4) });
        }

        private List<ActiveMigration> Shown(FakeHost host)
        {
            lock (_lock)
            {
                return
                [
                    .. _visible.Where(one => one.Source == host || one.Destination == host).Select(one => new ActiveMigration(
                        host.Registration.Name, one.Vm, $"{one.Vm}", one.Source == host ? MigrationDirection.Outgoing : MigrationDirection.Incoming, null)),
                ];
            }
        }
    }

    /// <summary>Looks again twenty times as soon; longer bounds are as they are.</summary>
    private sealed class HastyClock : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, dueTime <= TimeSpan.FromSeconds(1) && dueTime > TimeSpan.Zero ? dueTime / 20 : dueTime, period);
    }
}
