using VirtMigration.Execution;
using VirtMigration.Planning;
using VirtMigration.Policies;
using VirtMigration.Ports;

namespace VirtMigration.UnitTests.Execution;

/// <summary>A queue over hosts h1 to h9 in memory.</summary>
internal sealed class QueueWorld : IDisposable
{
    private readonly CancellationTokenSource _stop = new();

    public QueueWorld(QueueOrder order, ISlotLocks? slots = null, TimeProvider? clock = null, MigrationOwnership? ownership = null)
    {
        clock ??= new ManualClock();
        Queue = new(new(clock, null, ownership), slots ?? new FakeSlots(), Observer, clock, order, _stop.Token);
    }

    public IReadOnlyDictionary<string, FakeHost> Hosts { get; } = Enumerable.Range(1, 9).ToDictionary(id => $"h{id}", id => new FakeHost($"h{id}"));

    public RecordingObserver Observer { get; } = new();

    public MigrationQueue Queue { get; }

    public FakeHost H1 => Hosts["h1"];

    public static MigrationPlan Plain(int id, string way = "h1>h2") => Of(id, way, BuiltInPolicies.MinimalDowntime);

    public static MigrationPlan Parallel(int id, string way = "h1>h2") => Of(id, way, BuiltInPolicies.VeryLarge);

    public static MigrationPlan Of(int id, string way, MigrationPolicy policy) => Given.Plan($"vm{id}", id, way[..2], way[3..], policy);

    public MigrationRun RunOf(MigrationPlan plan) => new(plan, Hosts[plan.Source], Hosts[plan.Destination], "alice@ops1");

    public void Enqueue(params MigrationPlan[] plans)
    {
        foreach (MigrationPlan plan in plans)
        {
            Hosts[plan.Source].With(plan.Uuid);
            Queue.Enqueue(new(RunOf(plan), _ => Task.FromResult(RunOf(plan))));
        }
    }

    /// <summary>The job of a transfer is seen in its first pass.</summary>
    public static void Show(FakeTransfer transfer)
    {
        transfer.Source.Jobs[transfer.Vm] = new() { MemoryTotal = Given.GiB(4), MemoryRemaining = Given.GiB(1), Iteration = 1 };
        transfer.Source.Publish(new IterationStarted(1));
    }

    /// <summary>What waits, by VM, with its reason.</summary>
    public string? ReasonOf(int id) => Queue.Queued().SingleOrDefault(one => one.VM == $"vm{id}")?.Outlook;

    public Task UntilWaitsAsync(int id, string part) =>
        Observer.UntilAsync(told => told.Any(one => one.StartsWith($"wait vm{id}: ", StringComparison.Ordinal) && one.Contains(part, StringComparison.Ordinal)));

    public async Task EndAsync()
    {
        Queue.Complete();
        await Queue.Completion.WaitAsync(FakeHost.Patience);
    }

    public void Dispose() => _stop.Dispose();
}
