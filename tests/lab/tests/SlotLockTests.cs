using System.Collections.Concurrent;
using VirtMigration.Convergence;
using VirtMigration.Execution;
using VirtMigration.Native;
using VirtMigration.Planning;
using VirtMigration.Policies;
using VirtMigration.State;
using VirtMigration.Units;
using Xunit;
using Xunit.Abstractions;

namespace VirtMigration.LabTests;

/// <summary>Two operators, each with connections and a queue of his own, who share nothing but the cluster file's folder.</summary>
[Collection(LabCollection.Name)]
public sealed class SlotLockTests(LabFixture lab, ITestOutputHelper output)
{
    private static readonly TimeSpan s_bound = TimeSpan.FromSeconds(60);

    [Fact(Timeout = LabCollection.Bound)]
    public async Task Two_who_start_in_the_same_moment_keep_the_limit_of_their_host_and_are_told_of_each_other()
    {
        Guest first = await lab.BusyGuestAsync();
        string source = (await first.ListedAsync()).Host;
        Guest second = await lab.BusyGuestAsync("b", source);
        Operator alice = await Operator.ReadyAsync(lab, first, "alice@ops1");
        Operator bob = await Operator.ReadyAsync(lab, second, "bob@ops2");
        using CancellationTokenSource over = new();
        Task<(int Samples, int Most)> sampling = SampleAsync(source, [first, second], over.Token);
        await Task.WhenAll(Task.Run(alice.Go), Task.Run(bob.Go));
        await Task.WhenAll(alice.EndAsync(), bob.EndAsync()).WaitAsync(s_bound);
        await over.CancelAsync();
        (int samples, int most) = await sampling;
        output.WriteLine($"{samples} samples\n{string.Join('\n', alice.Lines)}\n---\n{string.Join('\n', bob.Lines)}");
        Assert.Equal(1, most);
        (Operator waited, Operator went, Guest moved) = alice.Lines.Length > bob.Lines.Length ? (alice, bob, second) : (bob, alice, first);
        Assert.Contains(waited.Lines, line => line.StartsWith($"waits: {source} outgoing 1/1: {moved.Name}, by {went.Name}, since ", StringComparison.Ordinal)
            || line == $"waits: {went.Name} is about to start {moved.Name} on {source}");
        Assert.Equal(("Succeeded", "Succeeded"), (alice.Lines[^1], bob.Lines[^1]));
        await first.RunsOnlyOnAsync(LabFixture.Other(source));
        await second.RunsOnlyOnAsync(LabFixture.Other(source));
    }

    // virsh is the witness: what libvirt itself shows, over connections of its own.
    private static async Task<(int Samples, int Most)> SampleAsync(string host, Guest[] guests, CancellationToken over)
    {
        int samples = 0;
        int most = 0;
        while (!over.IsCancellationRequested)
        {
            string?[] jobs = await Task.WhenAll(guests.Select(guest => guest.JobAsync(host)));
            most = Math.Max(most, jobs.Count(job => job == "Outgoing migration"));
            samples++;
        }

        return (samples, most);
    }

    private sealed class Operator : IQueueObserver
    {
        private readonly ConcurrentQueue<string> _lines = new();
        private readonly MigrationQueue _queue;
        private readonly MigrationRun _run;

        private Operator(LabFixture lab, MigrationRun run)
        {
            MigrationOwnership ownership = new(new LeaseFolder(lab.ClusterFolder), new LocalShells(), TimeProvider.System);
            _run = run;
            _queue = new(
                new(TimeProvider.System, null, ownership), new SlotFolder(lab.ClusterFolder), this, TimeProvider.System, QueueOrder.Passing, CancellationToken.None);
        }

        public string Name => _run.Operator;

        public string[] Lines => [.. _lines];

        public static async Task<Operator> ReadyAsync(LabFixture lab, Guest guest, string name)
        {
            PlanOptions options = new() { Policy = BuiltInPolicies.SuspendWorkloadIfNeeded, Bandwidth = Bandwidth.Parse("60MiB/s") };
            Inventory.VirtualMachine vm = await guest.ListedAsync();
            PlanMaker maker = new(LibvirtHypervisor.Create(), new(new ClusterFile(lab.ClusterFolder)), name);
            return new(lab, await maker.MakeAsync(vm, options with { Destination = LabFixture.Other(vm.Host) }, CancellationToken.None));
        }

        public void Go()
        {
            _queue.Enqueue(new(_run, _ => Task.FromResult(_run)));
            _queue.Complete();
        }

        public Task EndAsync() => _queue.Completion;

        public void Waiting(MigrationPlan plan, string reason) => _lines.Enqueue($"waits: {reason}");

        public void Starting(MigrationPlan plan) => _lines.Enqueue("starts");

        public void Progressed(MigrationPlan plan, MigrationSample sample)
        {
            // What the samples say is not what this test is about.
        }

        public void Ended(MigrationResult result) => _lines.Enqueue(string.Join(' ', [$"{result.Outcome}", .. result.Notices]));

        public void NotStarted(MigrationPlan plan, VirtMigrationException error) => _lines.Enqueue($"not started: {error.Message}");
    }
}
