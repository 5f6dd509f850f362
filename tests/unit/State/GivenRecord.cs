using VirtMigration.Convergence;
using VirtMigration.Execution;
using VirtMigration.Inventory;
using VirtMigration.Planning;
using VirtMigration.Units;

namespace VirtMigration.UnitTests.State;

/// <summary>Runs as plain data, the later the higher their number.</summary>
internal static class GivenRecord
{
    public static readonly DateTimeOffset Start = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    public static MigrationRecord Of(int number, string vm = "db1", string from = "h1", string to = "h2", int samples = 2) => new()
    {
        Id = Given.Id(number),
        VM = vm,
        Uuid = Given.Id(101),
        Source = from,
        Destination = to,
        Policy = "MinimalDowntime",
        Operator = "alice@ops1",
        Machine = "ops1",
        StartedAt = Start.AddMinutes(number),
        EndedAt = Start.AddMinutes(number).AddSeconds(8.5),
        Duration = TimeSpan.FromSeconds(8.5),
        Outcome = MigrationOutcome.Succeeded,
        EndState = MigrationEndState.Moved,
        Host = to,
        OnSource = new() { Host = from, Answered = true },
        OnDestination = new() { Host = to, Answered = true, Present = true, Active = true, Persistent = true, State = VmPowerState.Running, Reason = VmStateReason.Migrated },
        Downtime = TimeSpan.FromMilliseconds(42.125),
        TotalTime = TimeSpan.FromSeconds(8),
        Sent = new(4_294_967_297),
        Throughput = Bandwidth.FromBitsPerSecond(4_294_967_297),
        Passes = 5,
        MaxThrottle = 40,
        ParallelConnections = 2,
        ZeroCopy = true,
        Measured = (SettingMeasurement[])[new("Bandwidth", "Link", "10 Gbps", "at most 9 Gbps"), new("InitialDowntime", "100 ms", "100 ms", null)],
        Notices = (string[])["a notice"],
        Actions = (MigrationAction[])[new(Start.AddMinutes(number).AddSeconds(1), "downtime limit 150 ms", "policy MinimalDowntime: \"pass 2\"\nand more", 2, Given.GiB(1))],
        Plan = new()
        {
            Summary = "VM 'db1' (64 GiB): h1 -> h2",
            Memory = Given.GiB(64),
            Techniques = (string[])["Live", "PeerToPeer"],
            DestinationUri = "qemu+tls://h2/system",
            MigrationUri = "tcp://10.0.8.12",
            Bandwidth = Bandwidth.Unlimited,
            ParallelConnections = 2,
            SwitchoverBandwidth = Bandwidth.Parse("5Gbps"),
            PostCopyBandwidth = Bandwidth.Parse("2Gbps"),
            Compression = "None",
            InitialDowntime = TimeSpan.FromMilliseconds(100),
            Schedule = (string[])["pass 2: downtime 150 ms", "then: abort"],
            Deadlines = Array.Empty<string>(),
            StepInterval = TimeSpan.FromSeconds(10),
            Concurrency = 2,
            PinReasons = Array.Empty<string>(),
            Decisions = (PlanDecision[])[new("Policy", "MinimalDowntime", SettingOrigin.Default, "MinimalDowntime", "the default")],
            Warnings = Array.Empty<string>(),
        },
        Samples = [.. Enumerable.Range(1, samples).Select(pass => Sample(vm, from, to, Start.AddMinutes(number).AddSeconds(pass), pass))],
    };

    private static MigrationSample Sample(string vm, string from, string to, DateTimeOffset time, int pass) => new()
    {
        VM = vm,
        Source = from,
        Destination = to,
        Time = time,
        Phase = MigrationPhase.PreCopy,
        Pass = pass,
        Percent = 50,
        Remaining = Given.GiB(1),
        Total = Given.GiB(4),
        Sent = Given.GiB(2),
        Rate = Bandwidth.Parse("9.4Gbps"),
        ExpectedDowntime = TimeSpan.FromMilliseconds(300),
        Elapsed = TimeSpan.FromSeconds(pass),
        Eta = TimeSpan.FromSeconds(3.25),
    };
}
