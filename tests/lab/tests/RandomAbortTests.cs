using System.Diagnostics;
using System.Globalization;
using VirtMigration.Execution;
using VirtMigration.Planning;
using VirtMigration.Units;
using Xunit;
using Xunit.Abstractions;

namespace VirtMigration.LabTests;

/// <summary>Aborts at random moments between the start and the end of a migration: 5, or as many as VIRTMIGRATION_LAB_ABORTS says.
/// VIRTMIGRATION_LAB_SEED repeats the moments of an earlier run.</summary>
[Collection(LabCollection.Name)]
public sealed class RandomAbortTests(LabFixture lab, ITestOutputHelper output) : IClassFixture<GuestsOfAClass>
{
    private const int Bound = 1_200_000;

    // After a stop the shell waits for 10 s at most.
    private static readonly TimeSpan s_promised = TimeSpan.FromSeconds(10);

    private static readonly PlanOptions s_options = new() { Bandwidth = Bandwidth.Parse("40MiB/s") };

    private readonly List<double> _returned = [];

    [Fact(Timeout = Bound)]
    public async Task Whenever_it_is_aborted_the_VM_runs_once_and_the_report_is_true()
    {
        int count = Number("VIRTMIGRATION_LAB_ABORTS") ?? 5;
        int seed = Number("VIRTMIGRATION_LAB_SEED") ?? Random.Shared.Next();
        output.WriteLine($"{count} aborts, VIRTMIGRATION_LAB_SEED={seed}");
        Random random = new(seed);
        Guest guest = await lab.GuestAsync("abort", null, "--memory", "128MiB", "--workingset", "32MiB", "--dirty", "5MiB/s");
        TimeSpan whole = await WholeAsync(guest);
        Dictionary<string, int> ends = [];
        for (int round = 1; round <= count; round++)
        {
            string end = await RoundAsync(guest, whole * random.NextDouble(), round);
            ends[end] = ends.GetValueOrDefault(end) + 1;
        }

        _returned.Sort();
        output.WriteLine($"a whole migration: {whole.TotalMilliseconds:0} ms; {string.Join(", ", ends.OrderBy(one => one.Key).Select(one => $"{one.Key} {one.Value}"))}");
        output.WriteLine($"from the abort to the report: {_returned[0]:0} ms at least, {_returned[_returned.Count / 2]:0} ms in the middle, {_returned[^1]:0} ms at most");
    }

    // From the call to the report, preparation and the last look included: an abort may come anywhere in it.
    private async Task<TimeSpan> WholeAsync(Guest guest)
    {
        await using Migration migration = Migration.Start(await lab.PlanAsync(guest, s_options));
        MigrationResult result = await migration.ResultAsync();
        Assert.Equal(MigrationEndState.Moved, result.EndState);
        return result.Duration;
    }

    private async Task<string> RoundAsync(Guest guest, TimeSpan moment, int round)
    {
        Aftermath aftermath = await Aftermath.OfAsync(lab, guest);
        await using Migration migration = Migration.Start(await lab.PlanAsync(guest, s_options));

        // The moment is what is tried.
        await Task.Delay(moment);
        long stopped = Stopwatch.GetTimestamp();
        migration.Stop();
        string end;
        try
        {
            MigrationResult result = await migration.ResultAsync();
            end = $"{result.Outcome}";
            output.WriteLine($"{round}: aborted after {moment.TotalMilliseconds:0} ms, {Told(stopped):0} ms later: {result.Describe()}");
            Assert.True(result.Outcome is MigrationOutcome.Aborted or MigrationOutcome.Succeeded, result.Error);
            await aftermath.HoldsAsync(result);
        }
        catch (OperationCanceledException)
        {
            end = "NotStarted";
            output.WriteLine($"{round}: aborted after {moment.TotalMilliseconds:0} ms, {Told(stopped):0} ms later: not started");
            await aftermath.HoldsAsync(migration.Source);
        }

        return end;
    }

    private double Told(long stopped)
    {
        TimeSpan elapsed = Stopwatch.GetElapsedTime(stopped);
        Assert.InRange(elapsed, TimeSpan.Zero, s_promised);
        _returned.Add(elapsed.TotalMilliseconds);
        return elapsed.TotalMilliseconds;
    }

    private static int? Number(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
}
