using System.Diagnostics;
using Xunit;
using Xunit.Abstractions;

namespace VirtMigration.LabTests;

/// <summary>Two operators in shells of their own start the same VM in the same moment.</summary>
[Collection(LabCollection.Name)]
public sealed class TwoOperatorsTests(LabFixture lab, ITestOutputHelper output) : IClassFixture<GuestsOfAClass>
{
    private const int Rounds = 3;

    private static readonly TimeSpan s_bound = TimeSpan.FromSeconds(40);

    [Fact(Timeout = LabCollection.Bound)]
    public async Task One_migration_runs_and_the_other_is_refused_and_disturbs_nothing()
    {
        Guest guest = await lab.GuestAsync("two", null, "--memory", "128MiB", "--workingset", "32MiB", "--dirty", "5MiB/s");
        Aftermath aftermath = await Aftermath.OfAsync(lab, guest);
        using TemporaryCluster own = new(lab.Registry.All());
        string at = (await guest.ListedAsync()).Host;
        for (int round = 1; round <= Rounds; round++)
        {
            // In turn they share a cluster file, and each has one of his own.
            at = await RoundAsync(guest, at, round % 2 == 0 ? lab.ClusterFolder : own.Folder, round);
            await aftermath.HoldsAsync(at);
        }
    }

    // Each policy has a limit of its own to begin with (100 ms and 300 ms): that of the running migration tells whose it is.
    private async Task<string> RoundAsync(Guest guest, string source, string othersFolder, int round)
    {
        string destination = LabFixture.Other(source);
        string before = await guest.VirshAsync(source, "migrate-getmaxdowntime");
        await using Operator alice = await Operator.ReadyAsync(lab.ClusterFolder, guest.Name, destination, "MinimalDowntime");
        await using Operator bob = await Operator.ReadyAsync(othersFolder, guest.Name, destination, "VeryLarge");
        alice.Go();

        // The first rounds are as near to each other as can be, the later ones some way into the other's preparation.
        await Task.Delay(TimeSpan.FromMilliseconds((round - 1) * 15));
        bob.Go();
        Operator loser = await await Task.WhenAny(EndOfAsync(alice), EndOfAsync(bob));
        Operator winner = loser == alice ? bob : alice;
        output.WriteLine($"round {round}: {loser.Policy} was told after {loser.Elapsed.TotalMilliseconds:0} ms: {loser.Said}");

        // Where they share a cluster file the lease says who has it.
        Assert.StartsWith(othersFolder == lab.ClusterFolder ? "MigrationHeld " : "MigrationAlreadyRunning ", loser.Said, StringComparison.Ordinal);
        await Until.HoldsAsync("the winner's migration is visible", async () =>
        {
            Assert.Null(winner.Said);
            return await lab.ListedMigrationAsync(guest) is { Source: not null, Destination: not null, Total.Bytes: > 0 };
        });
        Assert.Equal(winner.Policy, (await lab.ListedMigrationAsync(guest))!.Policy);
        string during = await guest.VirshAsync(source, "migrate-getmaxdowntime");
        output.WriteLine($"round {round}: limit {before} before, {during} while {winner.Policy} runs");
        Assert.Equal(winner.FirstLimit, during);

        // Every other round the winner is aborted, and what it puts back is what was there before both.
        bool aborted = round % 2 == 1;
        await (aborted ? guest.VirshAsync(source, "domjobabort") : guest.ReleaseAsync(source));
        await EndOfAsync(winner);
        output.WriteLine($"round {round}: {winner.Policy}: {winner.Said}");
        Assert.StartsWith(aborted ? "Aborted Stayed MigrationStoppedElsewhere " : "Succeeded Moved", winner.Said, StringComparison.Ordinal);
        if (aborted)
        {
            Assert.Equal(before, await guest.VirshAsync(source, "migrate-getmaxdowntime"));
        }

        return aborted ? source : destination;
    }

    private static async Task<Operator> EndOfAsync(Operator one)
    {
        await one.EndAsync();
        return one;
    }

    private sealed class Operator : IAsyncDisposable
    {
        private readonly Process _process;
        private readonly Lazy<Task> _end;
        private long _start;

        private Operator(Process process, string policy)
        {
            _process = process;
            _end = new(ReadAsync);
            Policy = policy;
        }

        public string Policy { get; }

        public string FirstLimit => Policy == "VeryLarge" ? "300" : "100";

        public string? Said { get; private set; }

        public TimeSpan Elapsed { get; private set; }

        public static async Task<Operator> ReadyAsync(string folder, string vm, string destination, string policy)
        {
            Process process = LabFixture.StartDriverOf(folder, vm, destination, policy, "4MiB/s", "--on-signal");
            string? line = await process.StandardOutput.ReadLineAsync().WaitAsync(s_bound);
            Assert.True(line == "ready", line ?? await process.StandardError.ReadToEndAsync().WaitAsync(s_bound));
            return new(process, policy);
        }

        public void Go()
        {
            _start = Stopwatch.GetTimestamp();
            _process.StandardInput.WriteLine();
        }

        public Task EndAsync() => _end.Value;

        public async ValueTask DisposeAsync()
        {
            if (!_process.HasExited)
            {
                _process.Kill();
            }

            await _process.WaitForExitAsync();
            _process.Dispose();
        }

        private async Task ReadAsync()
        {
            Said = (await _process.StandardOutput.ReadToEndAsync().WaitAsync(s_bound)).Trim();
            Elapsed = Stopwatch.GetElapsedTime(_start);
        }
    }
}
