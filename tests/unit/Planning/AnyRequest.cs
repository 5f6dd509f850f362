using VirtMigration.Inventory;
using VirtMigration.Options;
using VirtMigration.Placement;
using VirtMigration.Planning;
using VirtMigration.Policies;
using VirtMigration.Units;

namespace VirtMigration.UnitTests.Planning;

/// <summary>Requests of every kind, good and bad, the same for the same seed. What is stored (options of VM and cluster, policies) keeps
/// the rules that storing it checks; what a parameter asks for need not.</summary>
internal sealed class AnyRequest(int seed)
{
    private static readonly string[] s_libvirt =
    [
        "1.3.2", "3.1.9", "5.1.9", "5.2.0", "6.0.0", "8.4.9", "8.5.0", "9.0.0", "9.3.9", "9.4.0", "11.0.9", "11.1.0", "11.3.0", "12.8.0",
    ];

    private static readonly string[] s_qemu =
    [
        "2.5", "2.6.9", "3.1.9", "4.0.0", "4.2.1", "5.0.0", "7.0.9", "7.1.0", "7.2.0", "8.1.9", "8.2.0", "9.0.9", "9.1.0", "10.0.9", "10.1.0", "11.1.0",
    ];

    private static readonly string[] s_rates =
    [
        "8388607bps", "8388608bps", "9Mbps", "100Mbps", "999Mbps", "1Gbps", "10Gbps", "19999Mbps", "20Gbps", "100MiB/s", "100Gbps", "400Gbps",
        "unlimited",
    ];

    private static readonly string?[] s_links = [null, null, "100Mbps", "1Gbps", "10Gbps", "25Gbps", "40Gbps", "100Gbps", "400Gbps"];
    private static readonly string?[] s_addresses = [null, "10.78.0.2", "10.79.0.2", "fd00:78::2", "[fd00:78::2]", "h2-mig.example"];
    private static readonly string?[] s_networks = [null, null, null, null, null, null, "10.78.0.0/24", "fd00:78::/64"];

    private static readonly string[] s_steps =
    [
        "pass 2: downtime 150ms", "pass 3: downtime 400ms", "then: downtime 5s", "after 6 rises: downtime x2 up to 2000s", "then: downtime x1.5 up to 3s",
        "after 60s: bandwidth 5Gbps", "then: bandwidth unlimited", "no progress for 20s: post-copy", "then: post-copy", "then: pause up to 30s",
        "after 75s/GiB of at least 2GiB: abort", "then: abort",
    ];

    private readonly Random _random = new(seed);

    public MigrationRequest Next()
    {
        List<MigrationPolicy> policies = [.. BuiltInPolicies.All, Valid("Own1"), Valid("Own2")];
        int vCpus = Maybe() ? Pick(1, 2, 16, 17, 255) : _random.Next(1, 64);
        ByteSize memory = new(_random.NextInt64(1 << 20, 1L << Pick(28, 34, 38, 44)));
        HostInventory source = AnyHost("h1");
        HostInventory destination = AnyHost("h2");
        int[]? emulator = Maybe() ? [.. Enumerable.Range(0, Pick(1, 2, 4, 40))] : null;
        return new()
        {
            Vm = Given.Vm() with
            {
                State = Rarely()
                    ? Pick(VmPowerState.ShutOff, VmPowerState.Crashed, VmPowerState.PmSuspended)
                    : Pick(VmPowerState.Running, VmPowerState.Running, VmPowerState.Blocked, VmPowerState.Paused),
                Persistent = _random.Next(4) != 0,
                VCpus = vCpus,
            },
            Definition = Given.Definition() with
            {
                MachineType = Maybe() ? "pc-q35-7.2" : "pc-q35-10.1",
                OnlineVCpus = vCpus,
                Memory = memory,
                EmulatorPin = emulator,
                Channels = Maybe() ? ["a"] : [],
                AgentChannel = Maybe(),
                MemoryHardLimit = _random.Next(3) == 0 ? new(memory.Bytes + Pick(-4096, -1, 0, 4096)) : null,
                Options = AnyOfVm(),
            },
            Source = source,
            Destination = Rarely() ? destination with { Facts = destination.Facts with { Uuid = source.Facts.Uuid } } : destination,
            Remapping = emulator is null ? null : AnyRemapping(emulator),
            Parameters = AnyParameters(policies),
            Cluster = AnyOfCluster(),
            Policies = policies,
        };
    }

    private PinRemapping? AnyRemapping(int[] emulator)
    {
        PinLayout before = new() { Emulator = emulator };
        PinRemappingVerdict verdict = Pick(Enum.GetValues<PinRemappingVerdict>());
        return Sometimes() ? null : new()
        {
            Verdict = verdict,
            Before = before,
            After = verdict == PinRemappingVerdict.Remapped ? new() { Emulator = [.. emulator.Select(cpu => cpu + 64)] } : before,
            Reasons = verdict == PinRemappingVerdict.Kept ? [] : ["CPU 0 is not there"],
            Losses = Sometimes() ? ["the emulator has 1 CPU"] : [],
        };
    }

    private HostInventory AnyHost(string name)
    {
        HostInventory host = Given.Host(name).WithLink(Rarely() ? "8Mbps" : Pick(s_links));

        // Mostly hosts of today, or nothing but gates would be tested.
        host = _random.Next(3) != 0 ? host.WithVersions("11.3.0", Pick("10.0.0", "10.1.0")) : host.WithVersions(Pick(s_libvirt), Pick(s_qemu));
        return host with
        {
            Registration = host.Registration with { MigrationAddress = Pick(s_addresses) },
            Facts = host.Facts with
            {
                Threads = Maybe() ? Pick(1, 2, 512) : _random.Next(1, 300),
                AvailableMemory = Maybe() ? new(_random.NextInt64(1L << Pick(20, 28, 34, 42))) : null,
                HypervisorVersion = Rarely() ? null : host.Facts.HypervisorVersion,
            },
        };
    }

    private PlanOptions AnyParameters(List<MigrationPolicy> policies) => new()
    {
        Policy = Maybe() ? Pick([.. policies]) : null,
        ParallelConnections = Sometimes() ? AnyChoice() : null,
        Bandwidth = Sometimes() ? Bandwidth.Parse(Pick(s_rates)) : null,
        SwitchoverBandwidth = Sometimes() ? AnyBandwidth("None", "Link") : null,
        MaxDowntime = Sometimes() ? DurationText.Parse(Pick("0.5ms", "1ms", "300ms", "700ms", "1s", "30s", "2000s", "2001s")) : null,
        PostCopy = Sometimes() ? Pick(PostCopyMode.Off, PostCopyMode.Off, PostCopyMode.Armed, PostCopyMode.Armed, PostCopyMode.Scheduled) : null,
        PostCopyBandwidth = Sometimes() ? Bandwidth.Parse(Pick(s_rates)) : null,
        Timeout = Sometimes() ? MigrationTimeout.Parse(Pick("10min", "1s", "150s/GiB", "150s/GiB of at least 2GiB")) : null,
        TimeoutAction = Sometimes() ? Pick(Enum.GetValues<TimeoutAction>()) : null,
        Compression = Sometimes() ? Pick(Enum.GetValues<CompressionMethod>()) : null,
        Encryption = Sometimes() ? Maybe() : null,
        RemapPins = Sometimes() ? Maybe() : null,
        GuestNotice = Sometimes() ? GuestNotice.Parse(Pick("Disabled", "channel:a", "agent:b")) : null,
        Transport = Rarely()
            ? Pick(MigrationTransport.Tunnelled, MigrationTransport.Rdma)
            : Pick(MigrationTransport.PeerToPeer, MigrationTransport.PeerToPeer, MigrationTransport.PeerToPeer, MigrationTransport.Attached),
    };

    private VmMigrationOptions AnyOfVm() => Kept(() => new VmMigrationOptions
    {
        Policy = Sometimes() ? Pick("MinimalDowntime", "PostCopy", "VeryLarge", "SuspendWorkloadIfNeeded", "Own1", "own2", "Gone") : null,
        ParallelConnections = Sometimes() ? AnyChoice() : null,
        MaxParallelConnections = Sometimes() ? Pick(2, 4, 255) : null,
        MigrationBandwidth = Sometimes() ? AnyBandwidth("Link") : null,
        SwitchoverBandwidth = Sometimes() ? AnyBandwidth("None", "Link") : null,
        Encryption = Sometimes() ? Maybe() : null,
        RemapPins = Sometimes() ? Maybe() : null,
        GuestNotice = Sometimes() ? GuestNotice.Parse(Pick("Disabled", "channel:a", "agent:b")) : null,
        MaxDowntime = Sometimes() ? DurationText.Parse(Pick("1ms", "300ms", "30s", "2000s")) : null,
        Problem = Rarely() ? "a newer version wrote it" : null,
    }, options => OptionRules.Check(options, "db1"));

    private ClusterMigrationOptions AnyOfCluster() => Kept(() => new ClusterMigrationOptions
    {
        Cluster = "c1",
        Policy = Sometimes() ? Pick("MinimalDowntime", "PostCopy", "VeryLarge", "SuspendWorkloadIfNeeded", "Own1", "own2", "Gone") : null,
        ParallelConnections = Sometimes() ? AnyChoice() : null,
        MaxParallelConnections = Sometimes() ? Pick(2, 4, 255) : null,
        ParallelAllowed = Sometimes() ? Maybe() : null,
        MigrationBandwidth = Sometimes() ? AnyBandwidth("Link") : null,
        SwitchoverBandwidth = Sometimes() ? AnyBandwidth("None", "Link") : null,
        Encryption = Sometimes() ? Maybe() : null,
        MaxConcurrent = Sometimes() ? Pick(1, 2, 16) : null,
        MigrationNetwork = Pick(s_networks),
    }, OptionRules.Check);

    private MigrationPolicy Valid(string name) => Kept(() =>
    {
        bool autoConverge = Maybe();
        CompressionMethod compression = Pick(Enum.GetValues<CompressionMethod>());
        return new MigrationPolicy
        {
            Name = name,
            Description = "Made up.",
            MaxConcurrent = Pick(1, 2, 5),
            AutoConverge = autoConverge,
            AutoConvergeInitial = autoConverge && Maybe() ? Pick(1, 70, 99) : null,
            AutoConvergeIncrement = autoConverge && Maybe() ? Pick(1, 10, 99) : null,
            Compression = compression,
            XbzrleCacheShare = compression == CompressionMethod.Xbzrle && Maybe() ? Pick(1, 10, 100) : null,
            ZeroCopy = _random.Next(3) == 0,
            SwitchoverBandwidth = Sometimes() ? BandwidthChoice.Parse(Pick("None", "Link", "1Gbps")) : null,
            PostCopyBandwidth = Sometimes() ? Bandwidth.Parse(Pick("unlimited", "1Gbps", "9Mbps")) : null,
            ArmsPostCopy = _random.Next(3) == 0,
            InitialDowntime = DurationText.Parse(Pick("1ms", "100ms", "400ms")),
            Schedule = AnySteps(most: 4, last: Maybe() ? "then: abort" : null),
            Deadlines = AnySteps(most: 2, last: null),
        };
    }, PolicyRules.Check);

    private ConvergenceStep[] AnySteps(int most, string? last)
    {
        List<string> steps = [.. Enumerable.Range(0, _random.Next(most + 1)).Select(_ => Pick(s_steps))];
        return [.. (last is null ? steps : steps.Append(last)).Select(ConvergenceStep.Parse)];
    }

    private ParallelChoice AnyChoice() => _random.Next(5) switch
    {
        0 => ParallelChoice.Disabled,
        1 => ParallelChoice.Auto,
        2 => ParallelChoice.Parallel,
        3 => ParallelChoice.Number(Pick(2, 16, 17, 255)),
        _ => ParallelChoice.Number(_random.Next(2, 25)),
    };

    // Made until the rules take it.
    private static T Kept<T>(Func<T> make, Action<T> check)
    {
        while (true)
        {
            T made = make();
            try
            {
                check(made);
                return made;
            }
            catch (VirtMigrationException)
            {
                // The next one, then.
            }
        }
    }

    private BandwidthChoice AnyBandwidth(params string[] words) => BandwidthChoice.Parse(_random.Next(3) == 0 ? Pick(words) : Pick(s_rates));

    private T Pick<T>(params T[] among) => among[_random.Next(among.Length)];

    private bool Maybe() => _random.Next(2) == 0;

    private bool Sometimes() => _random.Next(4) == 0;

    private bool Rarely() => _random.Next(40) == 0;
}
