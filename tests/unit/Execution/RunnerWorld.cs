using VirtMigration.Execution;
using VirtMigration.Planning;
using VirtMigration.Policies;
using VirtMigration.Ports;
using VirtMigration.Units;

namespace VirtMigration.UnitTests.Execution;

/// <summary>Two hosts, a VM on the first, and a clock: what a run of one plan needs.</summary>
internal sealed class RunnerWorld : IDisposable
{
    public static readonly Guid Vm = Given.Id(101);

    public static readonly MigrationCounters Figures = new()
    {
        Elapsed = TimeSpan.FromSeconds(8),
        Downtime = TimeSpan.FromMilliseconds(42),
        MemoryTotal = Given.GiB(4),
        MemoryProcessed = Given.GiB(8),
        Iteration = 5,
    };

    public FakeHost Source { get; } = new FakeHost("h1").With(Vm);

    public FakeHost Destination { get; } = new("h2");

    public ManualClock Clock { get; } = new();

    public CancellationTokenSource Stop { get; } = new();

    public void Dispose() => Stop.Dispose();

    /// <summary>A plan of a policy with these steps, which follow each other as fast as a test likes.</summary>
    public static MigrationPlan PlanOf(params string[] schedule) => PlanOf(schedule, []);

    public static MigrationPlan PlanOf(string[] schedule, string[] deadlines) => Given.Plan(policy: BuiltInPolicies.Default with
    {
        Name = "Own",
        BuiltIn = false,
        Schedule = [.. schedule.Select(ConvergenceStep.Parse)],
        Deadlines = [.. deadlines.Select(ConvergenceStep.Parse)],
    });

    public Task<MigrationResult> StartAsync(MigrationPlan plan) =>
        new MigrationRunner(Clock).RunAsync(new(plan, Source, Destination, "alice@ops1"), null, Stop.Token).WaitAsync(FakeHost.Patience);

    /// <summary>Shows a pass.</summary>
    public void Show(int pass, Func<MigrationCounters, MigrationCounters>? also = null)
    {
        MigrationCounters counters = new()
        {
            MemoryTotal = Given.GiB(4),
            MemoryRemaining = Given.GiB(1),
            MemoryProcessed = Given.GiB(pass),
            Iteration = pass,
        };
        Source.Jobs[Vm] = also?.Invoke(counters) ?? counters;
        Source.Publish(new IterationStarted(pass));
    }

    /// <summary>Shows a pass that ends nothing, and waits until it was looked at and what is due was done.</summary>
    public async Task PassAsync(int pass, Func<MigrationCounters, MigrationCounters>? also = null)
    {
        // The first look may be under way already.
        int looks = Source.Calls.Count(call => call == "GetJob");
        Show(pass, also);
        for (int look = 1; look <= 3; look++)
        {
            await Source.CalledAsync("GetJob", looks + look);
            Source.Publish(new IterationStarted(pass));
        }
    }

    /// <summary>The calls of a kind on the source since the transfer began.</summary>
    public IReadOnlyList<string> CallsWhileRunning(string kind) =>
        [.. Source.Calls.SkipWhile(call => call != "Migrate").Where(call => call.StartsWith(kind, StringComparison.Ordinal))];

    public static string Speed(string rate) => $"SetMaxBandwidth {Vm.ToString()[..8]} {Bandwidth.Parse(rate)}";
}
