using System.Globalization;
using System.Text.RegularExpressions;
using VirtMigration.Execution;
using VirtMigration.Planning;
using VirtMigration.Policies;
using VirtMigration.Units;
using Xunit;
using Xunit.Abstractions;

namespace VirtMigration.LabTests;

/// <summary>Memory over TLS. The certificate of h2 has its name and its addresses, but not h2-alias, which reaches it too.</summary>
[Collection(LabCollection.Name)]
public sealed class EncryptionTests(LabFixture lab, ITestOutputHelper output)
{
    // Without TLS libvirt sets an empty name of credentials.
    private static readonly Regex s_usesTls = new("""
        "migrate-set-parameters".*"tls-creds":"[^"]
        """);

    [Theory(Timeout = LabCollection.Bound)]
    [InlineData("10.77.0.12")]
    [InlineData("h2")]
    public async Task Memory_goes_over_TLS_to_a_certificate_with_the_name_that_the_other_hosts_use(string name)
    {
        Guest guest = await lab.BusyGuestAsync(host: "h1");
        string since = Now();
        using TemporaryCluster cluster = ReachedAs(name);
        MigrationRun run = await PlanAsync(guest, cluster, new PlanOptions { Encryption = true });
        Assert.True(run.Plan.Transfer.Uses(MigrationTechniques.Tls));
        Assert.Equal(("tcp://10.78.0.12", name), (run.Plan.Transfer.MigrationUri, run.Plan.Transfer.TlsDestination));

        await using Migration migration = Migration.Start(run);
        MigrationResult result = await migration.ResultAsync();
        Assert.Equal((MigrationOutcome.Succeeded, MigrationEndState.Moved, null), (result.Outcome, result.EndState, result.Error));
        await ReachedQemuAsync(since, name);
        await guest.RunsOnlyOnAsync("h2");
    }

    [Fact(Timeout = LabCollection.Bound)]
    public async Task Parallel_connections_are_encrypted_and_do_without_zero_copy()
    {
        Guest guest = await lab.BusyGuestAsync(host: "h1");
        string since = Now();
        using TemporaryCluster cluster = ReachedAs("10.77.0.12");
        PlanOptions options = new() { Encryption = true, Policy = BuiltInPolicies.VeryLarge, Bandwidth = Bandwidth.Parse("1GiB/s") };
        MigrationRun run = await PlanAsync(guest, cluster, options);
        Assert.True(run.Plan.Transfer.Uses(MigrationTechniques.Tls | MigrationTechniques.Parallel));
        Assert.False(run.Plan.Transfer.Uses(MigrationTechniques.ZeroCopy));
        Assert.Contains(run.Plan.Warnings, warning => warning.StartsWith("zero-copy is off", StringComparison.Ordinal));

        await using Migration migration = Migration.Start(run);
        MigrationResult result = await migration.ResultAsync();
        output.WriteLine($"{result.Sent} in {result.TotalTime}, downtime {result.Downtime}");
        Assert.Equal((MigrationOutcome.Succeeded, MigrationEndState.Moved, null), (result.Outcome, result.EndState, result.Error));
        Assert.Equal((2, false), (result.ParallelConnections, result.ZeroCopy));
        await ReachedQemuAsync(since, "10.77.0.12");
        string sent = await LabFixture.LabAsync("qmp", "h1", "--since", since);
        Assert.Contains("""{"capability":"multifd","state":true}""", sent, StringComparison.Ordinal);
        Assert.DoesNotContain("""{"capability":"zero-copy-send","state":true}""", sent, StringComparison.Ordinal);
        await guest.RunsOnlyOnAsync("h2");
    }

    // Of one stream, libvirt 9.0 hands on what the destination's QEMU says, which sees no more than that the connection ends.
    [Theory(Timeout = LabCollection.Bound)]
    [InlineData("MinimalDowntime", "Cannot read from TLS channel")]
    [InlineData("VeryLarge", "Certificate does not match the hostname h2-alias")]
    public async Task A_certificate_without_that_name_is_refused_and_the_VM_stays(string policy, string reason)
    {
        Guest guest = await lab.BusyGuestAsync(host: "h1");
        using TemporaryCluster cluster = ReachedAs("h2-alias");
        MigrationRun run = await PlanAsync(guest, cluster, new PlanOptions { Encryption = true, Policy = BuiltInPolicies.Find(policy) });
        Assert.Equal("h2-alias", run.Plan.Transfer.TlsDestination);

        await using Migration migration = Migration.Start(run);
        MigrationResult result = await migration.ResultAsync();
        output.WriteLine($"{result.ErrorId}: {result.Error}\n{result.RecommendedAction}");
        Assert.Equal((MigrationOutcome.Failed, MigrationEndState.Stayed), (result.Outcome, result.EndState));
        Assert.Equal("EncryptionFailed", result.ErrorId);
        Assert.Contains(reason, result.Error, StringComparison.Ordinal);
        await guest.RunsOnlyOnAsync("h1");

        // The name was what was wrong with it: the same in clear.
        await using Migration inClear = Migration.Start(await PlanAsync(guest, cluster, new PlanOptions { Encryption = false }));
        Assert.Equal(MigrationOutcome.Succeeded, (await inClear.ResultAsync()).Outcome);
        await guest.RunsOnlyOnAsync("h2");
    }

    /// <summary>The cluster, where the other hosts reach h2 by a name.</summary>
    private TemporaryCluster ReachedAs(string name) =>
        new([lab.Registry.Find("h1"), lab.Registry.Find("h2") with { PeerUri = $"qemu+tcp://{name}/system" }]);

    private async Task<MigrationRun> PlanAsync(Guest guest, TemporaryCluster cluster, PlanOptions options) =>
        await new PlanMaker(lab.Hypervisor, cluster.Registry, "tester@lab").MakeAsync(
            await guest.ListedAsync(), options with { Destination = "h2" }, CancellationToken.None);

    private static string Now() => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);

    /// <summary>Both sides of a migration from h1 to h2 had TLS, and the source looked for a name.</summary>
    private async Task ReachedQemuAsync(string since, string name)
    {
        string source = Assert.Single(await TlsSettingsAsync("h1", since));
        output.WriteLine(source);
        Assert.Contains($"\"tls-hostname\":\"{name}\"", source, StringComparison.Ordinal);
        Assert.Single(await TlsSettingsAsync("h2", since));
    }

    /// <summary>The commands that made a host's QEMUs use their certificates.</summary>
    private static async Task<IReadOnlyList<string>> TlsSettingsAsync(string host, string since) =>
        [.. (await LabFixture.LabAsync("qmp", host, "--since", since)).Split('\n').Where(line => s_usesTls.IsMatch(line))];
}
