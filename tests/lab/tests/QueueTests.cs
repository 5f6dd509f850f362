using System.Collections.Concurrent;
using VirtMigration.Convergence;
using VirtMigration.Execution;
using VirtMigration.Planning;
using VirtMigration.Policies;
using VirtMigration.Units;
using Xunit;
using Xunit.Abstractions;

namespace VirtMigration.LabTests;

[Collection(LabCollection.Name)]
public sealed class QueueTests(LabFixture lab, ITestOutputHelper output) : IClassFixture<GuestsOfAClass>
{
    private static readonly TimeSpan s_bound = TimeSpan.FromSeconds(90);

    [Fact(Timeout = LabCollection.Bound)]
    public async Task Parallel_migrations_run_one_at_a_time_and_in_order()
    {
        (Guest first, Guest second, string source) = await TwoGuestsAsync();
        Log log = new();
        MigrationQueue queue = await QueueAsync(log, [first, second], new PlanOptions { Policy = BuiltInPolicies.VeryLarge }, CancellationToken.None);
        await queue.Completion.WaitAsync(s_bound);
        Assert.Equal(
            [$"starts {first.Name}", $"Succeeded {first.Name}", $"starts {second.Name}", $"Succeeded {second.Name}"],
            log.Lines.Where(line => !line.StartsWith("waits", StringComparison.Ordinal)));
        Assert.Contains(log.Lines, line => line.StartsWith($"waits {second.Name}: ", StringComparison.Ordinal));
        await first.RunsOnlyOnAsync(LabFixture.Other(source));
        await second.RunsOnlyOnAsync(LabFixture.Other(source));
    }

    [Fact(Timeout = LabCollection.Bound)]
    public async Task Two_migrations_with_MinimalDowntime_overlap_and_share_a_stated_bandwidth()
    {
        (Guest first, Guest second, string source) = await TwoGuestsAsync();
        Log log = new();
        using CancellationTokenSource stop = new();
        PlanOptions options = new() { Policy = BuiltInPolicies.MinimalDowntime, Bandwidth = Bandwidth.Parse("8MiB/s") };
        MigrationQueue queue = await QueueAsync(log, [first, second], options, stop.Token);
        try
        {
            await Until.HoldsAsync("both have a job", async () =>
                await first.JobAsync(source) == "Outgoing migration" && await second.JobAsync(source) == "Outgoing migration");
            await Until.HoldsAsync("each has half", async () =>
                await first.VirshAsync(source, "migrate-getspeed") == "4" && await second.VirshAsync(source, "migrate-getspeed") == "4");
            await first.VirshAsync(source, "domjobabort");
            await Until.HoldsAsync("the one that is left has all", async () => await second.VirshAsync(source, "migrate-getspeed") == "8");
            Assert.Equal("Outgoing migration", await second.JobAsync(source));
        }
        finally
        {
            stop.Cancel();
            await queue.Completion.WaitAsync(s_bound);
            output.WriteLine(string.Join('\n', log.Lines));
        }

        Assert.Equal(
            [$"starts {first.Name}", $"starts {second.Name}", $"Aborted {first.Name}", $"Aborted {second.Name}"],
            log.Lines.OrderBy(line => line.StartsWith("starts", StringComparison.Ordinal) ? 0 : 1));
        await first.RunsOnlyOnAsync(source);
        await second.RunsOnlyOnAsync(source);
    }

    private async Task<(Guest First, Guest Second, string Source)> TwoGuestsAsync()
    {
        Guest first = await lab.BusyGuestAsync();
        string source = (await first.ListedAsync()).Host;
        return (first, await lab.BusyGuestAsync("b", source), source);
    }

    private async Task<MigrationQueue> QueueAsync(Log log, IEnumerable<Guest> guests, PlanOptions options, CancellationToken stop)
    {
        // All are planned before the first starts, so that planning does not take its time from them.
        List<QueuedMigration> planned = [];
        foreach (Guest guest in guests)
        {
            planned.Add(new(await lab.PlanAsync(guest, options), _ => lab.PlanAsync(guest, options)));
        }

        MigrationQueue queue = new(LabFixture.Runner, lab.SlotLocks, log, TimeProvider.System, QueueOrder.Kept, stop);
        planned.ForEach(one => queue.Enqueue(one));
        queue.Complete();
        return queue;
    }

    private sealed class Log : IQueueObserver
    {
        private readonly ConcurrentQueue<string> _lines = new();

        public IReadOnlyCollection<string> Lines => _lines;

        public void Waiting(MigrationPlan plan, string reason) => _lines.Enqueue($"waits {plan.VM}: {reason}");

        public void Starting(MigrationPlan plan) => _lines.Enqueue($"starts {plan.VM}");

        public void Progressed(MigrationPlan plan, MigrationSample sample)
        {
            // What the samples say is not what these tests are about.
        }

        public void Ended(MigrationResult result) => _lines.Enqueue($"{result.Outcome} {result.VM}");

        public void NotStarted(MigrationPlan plan, VirtMigrationException error) => _lines.Enqueue($"not started {plan.VM}: {error.Message}");
    }
}
