using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.RegularExpressions;
using VirtMigration.Convergence;
using VirtMigration.Execution;
using VirtMigration.Options;
using VirtMigration.Planning;
using VirtMigration.Policies;
using VirtMigration.Ports;
using Xunit;

namespace VirtMigration.LabTests;

/// <summary>Guests that are told of their migration over a real virtio channel.</summary>
[Collection(LabCollection.Name)]
public sealed class GuestNoticeTests(LabFixture lab)
{
    private const string Channel = "org.example.notice.0";

    private static readonly TimeSpan s_bound = TimeSpan.FromSeconds(90);
    private static readonly PlanOptions s_told = new() { GuestNotice = GuestNotice.Parse($"channel:{Channel}") };

    [Fact(Timeout = LabCollection.Bound)]
    public async Task The_guest_hears_of_it_before_and_after_and_it_moves()
    {
        await using Guest guest = await lab.NewGuestAsync("notice", "h1", "--memory", "128MiB", "--workingset", "16MiB", "--channel", Channel);
        Log log = new();
        MigrationQueue queue = new(LabFixture.Runner, lab.SlotLocks, log, TimeProvider.System, QueueOrder.Kept, CancellationToken.None);
        MigrationRun run = await lab.PlanAsync(guest, s_told);
        queue.Enqueue(new(run, _ => lab.PlanAsync(guest, s_told)));
        queue.Complete();
        await queue.Completion.WaitAsync(s_bound);
        MigrationResult result = Assert.Single(log.Results);
        Assert.Equal((MigrationOutcome.Succeeded, "h2"), (result.Outcome, result.Host));
        Assert.Empty(result.Notices);
        Assert.Equal(
            [
                $"{{\"event\":\"before-migration\",\"vm\":\"{guest.Name}\",\"source\":\"h1\",\"destination\":\"h2\",\"policy\":\"MinimalDowntime\"}}",
                $"{{\"event\":\"after-migration\",\"vm\":\"{guest.Name}\",\"endState\":\"Moved\",\"host\":\"h2\",\"outcome\":\"Succeeded\"}}",
            ],
            await HeardAsync(guest));
        await guest.RunsOnlyOnAsync("h2");
        await ItsWordEndsAsync(guest, run);
    }

    // What a guest hears is what the port promises: nothing hangs, whatever is asked of it.
    private static async Task ItsWordEndsAsync(Guest guest, MigrationRun run)
    {
        IHypervisorHost host = run.Destination;
        Guid vm = run.Plan.Uuid;
        HypervisorException error = await Assert.ThrowsAsync<HypervisorException>(
            () => host.TellGuestAsync(vm, GuestNotice.Parse("channel:another"), "{}", TimeSpan.FromSeconds(10), CancellationToken.None));
        Assert.Contains("another", error.Message, StringComparison.Ordinal);
        error = await Assert.ThrowsAsync<HypervisorException>(
            () => host.TellGuestAsync(vm, GuestNotice.Parse("agent:notify"), "{}", TimeSpan.FromSeconds(10), CancellationToken.None));
        Assert.Contains(guest.Name, error.Message, StringComparison.Ordinal);
        Assert.True(await host.TellGuestAsync(vm, s_told.GuestNotice!.Value, "{}", TimeSpan.FromSeconds(10), CancellationToken.None));
    }

    [Fact(Timeout = LabCollection.Bound)]
    public async Task A_silent_guest_costs_ten_seconds_and_nobody_else_waits_for_it()
    {
        await using Guest silent = await lab.NewGuestAsync("silent", "h1", "--memory", "128MiB", "--workingset", "16MiB", "--channel", $"{Channel}:silent");
        Guest other = await lab.BusyGuestAsync("a", "h1");
        Log log = new();
        PlanOptions parallel = new() { Policy = BuiltInPolicies.VeryLarge };
        MigrationRun told = await lab.PlanAsync(silent, parallel with { GuestNotice = s_told.GuestNotice });
        MigrationRun plain = await lab.PlanAsync(other, parallel);
        MigrationQueue queue = new(LabFixture.Runner, lab.SlotLocks, log, TimeProvider.System, QueueOrder.Kept, CancellationToken.None);
        long start = Stopwatch.GetTimestamp();
        queue.Enqueue(new(told, _ => Task.FromResult(told)));
        queue.Enqueue(new(plain, _ => Task.FromResult(plain)));
        queue.Complete();
        await Until.HoldsAsync("the other has moved", () => log.Results.Any(result => result.VM == other.Name));
        Assert.DoesNotContain(silent.Name, log.Starts);
        await Until.HoldsAsync("it starts", () => log.Starts.Contains(silent.Name));
        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.FromSeconds(9), TimeSpan.FromSeconds(12));
        await queue.Completion.WaitAsync(s_bound);
        MigrationResult result = log.Results.Single(one => one.VM == silent.Name);
        Assert.Equal((MigrationOutcome.Succeeded, "h2"), (result.Outcome, result.Host));
        Assert.Equal([$"the guest was told of its migration (channel:{Channel}) and did not answer within 10 s"], result.Notices);
        Assert.Equal(["before-migration", "after-migration"], (await HeardAsync(silent)).Select(line => Regex.Match(line, "\"event\":\"(.*?)\"").Groups[1].Value));
        await silent.RunsOnlyOnAsync("h2");
        await other.RunsOnlyOnAsync("h2");
    }

    [Fact(Timeout = LabCollection.Bound)]
    public async Task One_that_is_stopped_while_it_is_told_stays_and_hears_that_too()
    {
        await using Guest silent = await lab.NewGuestAsync("silent", "h1", "--memory", "128MiB", "--workingset", "16MiB", "--channel", $"{Channel}:silent");
        Log log = new();
        using CancellationTokenSource stop = new();
        MigrationQueue queue = new(LabFixture.Runner, lab.SlotLocks, log, TimeProvider.System, QueueOrder.Kept, stop.Token);
        MigrationRun run = await lab.PlanAsync(silent, s_told);
        queue.Enqueue(new(run, _ => Task.FromResult(run)));
        await Until.HoldsAsync("it was told", async () => (await HeardAsync(silent)).Length == 1);
        long start = Stopwatch.GetTimestamp();
        await stop.CancelAsync();
        queue.Complete();
        await queue.Completion.WaitAsync(s_bound);
        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromSeconds(5));
        Assert.Equal(["MigrationNotStarted"], log.NotStartedIds);
        await Until.HoldsAsync("it was told that it stays", async () => (await HeardAsync(silent)) is [_, string last]
            && last.Contains("\"endState\":\"Stayed\",\"host\":\"h1\",\"outcome\":\"NotStarted\"", StringComparison.Ordinal));
        await silent.RunsOnlyOnAsync("h1");
    }

    private static async Task<string[]> HeardAsync(Guest guest) =>
    [
        .. Regex.Matches(await LabFixture.LabAsync("console", guest.Name), @"^CHANNEL (\{.*\})\s*$", RegexOptions.Multiline)
            .Select(match => match.Groups[1].Value),
    ];

    private sealed class Log : IQueueObserver
    {
        private readonly ConcurrentQueue<MigrationResult> _results = new();
        private readonly ConcurrentQueue<string> _starts = new();
        private readonly ConcurrentQueue<string> _notStarted = new();

        public IReadOnlyCollection<MigrationResult> Results => _results;

        public IReadOnlyCollection<string> Starts => _starts;

        public IReadOnlyCollection<string> NotStartedIds => _notStarted;

        public void Waiting(MigrationPlan plan, string reason)
        {
            // What they wait for is not what these tests are about.
        }

        public void Starting(MigrationPlan plan) => _starts.Enqueue(plan.VM);

        public void Progressed(MigrationPlan plan, MigrationSample sample)
        {
            // Nor what the samples say.
        }

        public void Ended(MigrationResult result) => _results.Enqueue(result);

        public void NotStarted(MigrationPlan plan, VirtMigrationException error) => _notStarted.Enqueue(error.ErrorId);
    }
}
