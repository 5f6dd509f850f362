using System.Numerics;
using VirtMigration.Inventory;
using VirtMigration.Options;
using VirtMigration.Placement;
using VirtMigration.Planning;
using VirtMigration.Policies;
using VirtMigration.Units;
using Xunit;

namespace VirtMigration.UnitTests.Planning;

/// <summary>What holds of every plan, whatever was asked for.</summary>
public sealed class PlanPropertiesTests
{
    private const int Requests = 6000;

    private static readonly string[] s_settings =
    [
        "AutoConverge", "Bandwidth", "Compression", "Concurrency", "Deadlines", "Destination", "Encryption", "GuestNotice", "InitialDowntime",
        "MigrationAddress", "ParallelConnections", "Persistence", "Pins", "Policy", "PostCopy", "PostCopyBandwidth", "Schedule", "SwitchoverBandwidth",
        "Timeout", "Transport", "ZeroCopy",
    ];

    private static readonly HashSet<string> s_refusals =
    [
        "VmNotRunning", "DestinationIsSource", "TransportRefused", "AttachedPostCopy", "ParallelForbidden", "ParallelNotSupported", "ParallelPostCopyConflict",
        "PostCopyUnplanned", "PostCopyNotSupported", "EncryptionNotSupported", "MigrationAddressOutsideNetwork", "BandwidthInvalid", "BandwidthTooSmall", "DowntimeOutOfRange",
        "PinsNotRemappable", "PostCopyBandwidthNotSupported", "TimeoutMissing", "TimeoutConflict",
    ];

    // What libvirt or QEMU refuses, or takes and then loses the VM: as seen in the lab and in libvirt's and QEMU's own source; then what this
    // product's rules exclude.
    private static readonly (string Combination, Func<Case, bool> Holds)[] s_excluded =
    [
        ("parallel connections and post-copy before QEMU 10.1", it => it.Uses(MigrationTechniques.Parallel | MigrationTechniques.PostCopy) && !it.BothHave(null, "10.1")),
        ("parallel connections and post-copy that no parameter asked for", it =>
            it.Uses(MigrationTechniques.Parallel | MigrationTechniques.PostCopy) && it.Request.Parameters.ParallelConnections?.IsForced() != true),
        ("zero-copy without parallel connections", it => it.Uses(MigrationTechniques.ZeroCopy) && !it.Uses(MigrationTechniques.Parallel)),
        ("zero-copy and TLS", it => it.Uses(MigrationTechniques.ZeroCopy | MigrationTechniques.Tls)),
        ("zero-copy and compression", it => it.Uses(MigrationTechniques.ZeroCopy | MigrationTechniques.Compressed)),
        ("zero-copy before libvirt 8.5 or QEMU 7.1", it => it.Uses(MigrationTechniques.ZeroCopy) && !it.BothHave("8.5", "7.1")),
        ("zero-copy and a hard limit below the memory", it =>
            it.Uses(MigrationTechniques.ZeroCopy) && it.Request.Definition.MemoryHardLimit is ByteSize limit && limit < it.Request.Definition.Memory),
        ("parallel connections before libvirt 5.2 or QEMU 4.0", it => it.Uses(MigrationTechniques.Parallel) && !it.BothHave("5.2", "4.0")),
        ("parallel connections and XBZRLE", it => it.Uses(MigrationTechniques.Parallel) && it.Compression == CompressionMethod.Xbzrle),
        ("parallel connections and multi-thread compression", it => it.Uses(MigrationTechniques.Parallel) && it.Compression == CompressionMethod.MultiThread),
        ("compression without a method", it => it.Uses(MigrationTechniques.Compressed) && it.Compression == CompressionMethod.None),
        ("a method without compression", it => !it.Uses(MigrationTechniques.Compressed) && it.Compression != CompressionMethod.None),
        ("zlib or zstd without parallel connections", it => it.CompressesConnections && !it.Uses(MigrationTechniques.Parallel)),
        ("zlib or zstd before libvirt 9.4 or QEMU 5.0", it => it.CompressesConnections && !it.BothHave("9.4", "5.0")),
        ("multi-thread compression from QEMU 9.1 on", it => it.Compression == CompressionMethod.MultiThread && it.EitherHasQemu("9.1")),
        ("a cache that is no power of two", it => it.Settings.XbzrleCache is ByteSize cache && !BitOperations.IsPow2(cache.Bytes)),
        ("a cache without XBZRLE", it => it.Settings.XbzrleCache is not null && it.Compression != CompressionMethod.Xbzrle),
        ("a cache that the source has no room for", it => it.Settings.XbzrleCache > it.Request.Source.Facts.AvailableMemory),
        ("a switchover bandwidth with the transfer before libvirt 11.1 or QEMU 8.2", it =>
            it.Settings.SwitchoverBandwidth is not null
            && !(it.SourceHasQemu("8.2") && (it.Uses(MigrationTechniques.PeerToPeer) ? it.SourceHasLibvirt("11.1") : it.BothHave("11.1", null)))),
        ("a switchover bandwidth by monitor before QEMU 8.2", it => it.Plan.MonitorSwitchoverBandwidth is not null && !it.SourceHasQemu("8.2")),
        ("a switchover bandwidth told twice", it => it.Settings.SwitchoverBandwidth is not null && it.Plan.MonitorSwitchoverBandwidth is not null),
        ("a switchover bandwidth that QEMU cannot be told", it =>
            (it.Settings.SwitchoverBandwidth ?? it.Plan.MonitorSwitchoverBandwidth) is { } rate && (rate.HasNoLimit() || Unsendable(rate))),
        ("a bandwidth for post-copy that is off", it => it.Settings.PostCopyBandwidth is not null && !it.Uses(MigrationTechniques.PostCopy)),
        ("a bandwidth for post-copy before libvirt 5.1 or QEMU 3.0", it => it.Settings.PostCopyBandwidth is not null && !it.BothHave("5.1", "3.0")),
        ("a bandwidth for post-copy that libvirt cannot be told", it => it.Settings.PostCopyBandwidth is { } rate && (rate.HasNoLimit() || Unsendable(rate))),
        ("a bandwidth that libvirt would take for nothing stated", it => Unsendable(it.Settings.Bandwidth)),
        ("connections out of 2 to 255", it => it.Settings.ParallelConnections is < 2 or > 255),
        ("connections without parallel", it => it.Settings.ParallelConnections is not null && !it.Uses(MigrationTechniques.Parallel)),
        ("parallel without its connections", it => it.Settings.ParallelConnections is null && it.Uses(MigrationTechniques.Parallel)),
        ("parallel connections where the cluster forbids them", it => it.Uses(MigrationTechniques.Parallel) && it.Request.Cluster.ParallelAllowed == false),
        ("a policy with zero-copy where the cluster forbids parallel connections", it => it.Policy.ZeroCopy && it.Request.Cluster.ParallelAllowed == false),
        ("a parallel migration beside others", it => it.Uses(MigrationTechniques.Parallel) && it.Plan.Concurrency != 1),
        ("fewer than one migration at a time", it => it.Plan.Concurrency < 1),
        ("tuned auto-converge that is off", it =>
            !it.Uses(MigrationTechniques.AutoConverge) && (it.Settings.AutoConvergeInitial is not null || it.Settings.AutoConvergeIncrement is not null)),
        ("a throttle out of 1 to 99", it => it.Settings.AutoConvergeInitial is < 1 or > 99 || it.Settings.AutoConvergeIncrement is < 1 or > 99),
        ("attached and post-copy", it => it.Uses(MigrationTechniques.PostCopy) && !it.Uses(MigrationTechniques.PeerToPeer)),
        ("post-copy of a paused VM", it => it.Uses(MigrationTechniques.PostCopy) && it.Request.Vm.State == VmPowerState.Paused),
        ("a step to post-copy that cannot be taken", it =>
            it.Steps.Any(step => step.Action == ConvergenceAction.StartPostCopy) && !it.Uses(MigrationTechniques.PostCopy)),
        ("tunnelled or RDMA", it => it.Request.Parameters.Transport is MigrationTransport.Tunnelled or MigrationTransport.Rdma),
        ("in clear though encryption was asked for", it => it.EncryptionAsked && !it.Uses(MigrationTechniques.Tls)),
        ("encrypted though nobody asked", it => !it.EncryptionAsked && it.Uses(MigrationTechniques.Tls)),
        ("TLS before libvirt 3.2 or QEMU 2.7", it => it.Uses(MigrationTechniques.Tls) && !it.BothHave("3.2", "2.7")),
        ("a certificate's name without TLS", it => it.Settings.TlsDestination is not null && !it.Uses(MigrationTechniques.Tls)),
        ("a downtime out of QEMU's range", it => it.Downtimes.Any(one => one < TimeSpan.FromMilliseconds(1) || one > TimeSpan.FromSeconds(2000))),
        ("a ladder that takes back what was allowed", it => it.Downtimes.Zip(it.Downtimes.Skip(1)).Any(pair => pair.Second < pair.First)),
        ("a schedule without an end", it => !it.Steps.Any(step => step.Action is ConvergenceAction.Abort or ConvergenceAction.StartPostCopy or ConvergenceAction.Pause or ConvergenceAction.Finish)),
        ("a time that was given and does not end it", it => it.Request.Parameters.Timeout is not null && it.Plan.Timeout is null),
        ("a definition left on the source", it => it.Request.Vm.Persistent
            != it.Uses(MigrationTechniques.PersistDestination | MigrationTechniques.UndefineSource)),
        ("a transient VM that becomes persistent", it => !it.Request.Vm.Persistent && it.Uses(MigrationTechniques.PersistDestination)),
        ("memory sent around the cluster's network", it => it.Request.Cluster.MigrationNetwork is not null && it.Settings.MigrationUri is null),
        ("a source that is the destination", it => it.Request.Source.Facts.Uuid == it.Request.Destination.Facts.Uuid),
        ("more sent than the link carries though nobody asked", it =>
            it.Request.Source.LinkSpeed < it.Settings.Bandwidth && it.Plan.Decision("Bandwidth").Asked != "unlimited"),
        ("parallel connections given up without a warning", it =>
            it.Plan.Decision("ParallelConnections") is { Taken: "Disabled", Asked: not ("Disabled" or "Auto") } && it.Plan.Warnings.Count == 0),
        ("pins that nobody asked for", it => it.Settings.Pins is not null && !(it.Request.Parameters.RemapPins ?? it.Request.Definition.Options.RemapPins ?? false)),
        ("pins that were not found to be had", it => it.Settings.Pins is not null && it.Request.Remapping?.Verdict != PinRemappingVerdict.Remapped),
        ("other pins in the plan than in the transfer", it => it.Plan.Pins?.After != it.Settings.Pins),
        ("pins that were asked for and not had without a warning", it =>
            it.Plan.Decisions.Any(one => one is { Setting: "Pins", Asked: "remapped", Taken: "kept" })
            && it.Request.Remapping?.Verdict != PinRemappingVerdict.Kept && it.Plan.Warnings.Count == 0),
        ("zero-copy given up without a warning", it => it.Plan.Decision("ZeroCopy") is { Asked: "on", Taken: "off" } && it.Plan.Warnings.Count == 0),
    ];

    [Fact]
    public void No_plan_holds_a_combination_that_is_excluded()
    {
        Dictionary<string, int> firstSeeds = [];
        int planned = 0;
        for (int seed = 1; seed <= Requests; seed++)
        {
            MigrationRequest request = new AnyRequest(seed).Next();
            if (PlanOf(request, seed) is not MigrationPlan plan)
            {
                continue;
            }

            planned++;
            Case one = new(request, plan);
            foreach ((string combination, Func<Case, bool> holds) in s_excluded)
            {
                if (holds(one))
                {
                    firstSeeds.TryAdd(combination, seed);
                }
            }
        }

        Assert.True(firstSeeds.Count == 0, string.Join(Environment.NewLine, firstSeeds.Select(one => $"seed {one.Value}: {one.Key}")));
        Assert.InRange(planned, Requests / 3, Requests);
    }

    [Fact]
    public void Every_setting_has_exactly_one_decision_and_it_says_what_the_plan_does()
    {
        for (int seed = 1; seed <= Requests; seed++)
        {
            MigrationRequest request = new AnyRequest(seed).Next();
            if (PlanOf(request, seed) is not MigrationPlan plan)
            {
                continue;
            }

            string what = $"seed {seed}{Environment.NewLine}{plan.ToText()}";
            Case one = new(request, plan);
            bool tied = request.Definition.EmulatorPin is not null;
            bool limited = plan.Transfer.Uses(MigrationTechniques.PostCopy) || request.Parameters.PostCopyBandwidth is not null || one.Policy.PostCopyBandwidth is not null;
            Assert.True(s_settings.Where(name => (tied || name != "Pins") && (limited || name != "PostCopyBandwidth"))
                .SequenceEqual(plan.Decisions.Select(decision => decision.Setting).Order(StringComparer.Ordinal)), what);
            Assert.True(!limited || plan.Transfer.PostCopyBandwidth is not { } rate || plan.Decision("PostCopyBandwidth").Taken == $"{rate}", what);
            Assert.True(!tied || plan.Decision("Pins").Taken == (plan.Transfer.Pins is null ? "kept" : "remapped"), what);
            Assert.True(plan.Decisions.All(one => one.Asked.Length > 0 && one.Taken.Length > 0 && one.Reason.Length > 0), what);
            Assert.True(plan.Warnings.All(warning => warning.Length > 0), what);
            Assert.True(plan.Decision("ParallelConnections").Taken == (plan.Transfer.ParallelConnections is int count ? $"{count}" : "Disabled"), what);
            Assert.True(plan.Decision("ZeroCopy").Taken == OnOff(plan.Transfer.Uses(MigrationTechniques.ZeroCopy)), what);
            Assert.True(plan.Decision("Encryption").Taken == OnOff(plan.Transfer.Uses(MigrationTechniques.Tls)), what);
            Assert.True(plan.Decision("AutoConverge").Taken == OnOff(plan.Transfer.Uses(MigrationTechniques.AutoConverge)), what);
            Assert.True(plan.Decision("PostCopy").Taken != "off" == plan.Transfer.Uses(MigrationTechniques.PostCopy), what);
            Assert.True(plan.Decision("Compression").Taken == $"{plan.Transfer.Compression}", what);
            Assert.True(plan.Decision("Bandwidth").Taken == $"{plan.Transfer.Bandwidth}", what);
            Assert.True(plan.Decision("SwitchoverBandwidth").Taken == ((plan.Transfer.SwitchoverBandwidth ?? plan.MonitorSwitchoverBandwidth)?.ToString() ?? "None"), what);
            Assert.True(plan.Decision("GuestNotice").Taken == plan.GuestNotice.Value, what);
            Assert.True(plan.Decision("Concurrency").Taken == $"{plan.Concurrency}", what);
            Assert.True(plan.Decision("Policy").Taken == plan.Policy, what);
            Assert.True(plan.Decision("InitialDowntime").Taken == DurationText.Format(plan.InitialDowntime), what);
            Assert.True(plan.Decision("Schedule").Taken == (plan.Schedule.Count == 0 ? "none" : string.Join(", ", plan.Schedule)), what);
        }
    }

    [Fact]
    public void The_same_request_gives_the_same_plan_or_the_same_refusal()
    {
        for (int seed = 1; seed <= Requests / 4; seed++)
        {
            MigrationPlan? first = PlanOf(new AnyRequest(seed).Next(), seed);
            MigrationPlan? second = PlanOf(new AnyRequest(seed).Next(), seed);
            Assert.True(first is null ? second is null : second is not null && first.DoesTheSameAs(second) && first.Decisions.SequenceEqual(second.Decisions), $"seed {seed}");
        }
    }

    // The requests must come to everything that is to be excluded, or nothing is shown.
    [Fact]
    public void The_requests_come_to_every_technique_and_to_every_refusal()
    {
        MigrationTechniques seen = MigrationTechniques.None;
        HashSet<CompressionMethod> methods = [];
        HashSet<string> refusals = [];
        bool byMonitor = false;
        bool withTransfer = false;
        bool both = false;
        for (int seed = 1; seed <= Requests; seed++)
        {
            MigrationRequest request = new AnyRequest(seed).Next();
            try
            {
                MigrationPlan plan = MigrationPlanner.Plan(request);
                seen |= plan.Transfer.Techniques;
                methods.Add(plan.Transfer.Compression);
                byMonitor |= plan.MonitorSwitchoverBandwidth is not null;
                withTransfer |= plan.Transfer.SwitchoverBandwidth is not null;
                both |= plan.Transfer.Uses(MigrationTechniques.Parallel | MigrationTechniques.PostCopy);
            }
            catch (VirtMigrationException error)
            {
                refusals.Add(error.ErrorId);
            }
        }

        // A recovery is no plan of a request's.
        Assert.Equal(Enum.GetValues<MigrationTechniques>().Aggregate((left, right) => left | right) & ~MigrationTechniques.PostCopyResume, seen);
        Assert.Equal(Enum.GetValues<CompressionMethod>().Length, methods.Count);
        Assert.Equal(s_refusals.Order(), refusals.Order());
        Assert.True(byMonitor && withTransfer && both);
    }

    private static MigrationPlan? PlanOf(MigrationRequest request, int seed)
    {
        try
        {
            return MigrationPlanner.Plan(request);
        }
        catch (VirtMigrationException error)
        {
            Assert.True(s_refusals.Contains(error.ErrorId) && error.RecommendedAction.Length > 0, $"seed {seed}: {error.ErrorId}: {error.Message}");
            return null;
        }
        catch (Exception error)
        {
            throw new InvalidOperationException($"seed {seed}", error);
        }
    }

    private static bool Unsendable(Bandwidth rate) => rate.BitsPerSecond < 8L * 1024 * 1024;

    private static string OnOff(bool value) => value ? "on" : "off";

    private sealed class Case(MigrationRequest request, MigrationPlan plan)
    {
        public MigrationRequest Request => request;

        public MigrationPlan Plan => plan;

        public TransferSettings Settings => plan.Transfer;

        public CompressionMethod Compression => plan.Transfer.Compression;

        public bool CompressesConnections => Compression is CompressionMethod.Zlib or CompressionMethod.Zstd;

        public IEnumerable<ConvergenceStep> Steps => plan.Schedule.Concat(plan.Deadlines);

        public bool EncryptionAsked => request.Parameters.Encryption ?? request.Definition.Options.Encryption ?? request.Cluster.Encryption ?? false;

        public MigrationPolicy Policy => request.Parameters.Policy ?? request.Policies.Single(one => one.Name == plan.Policy);

        public List<TimeSpan> Downtimes =>
        [
            plan.InitialDowntime,
            .. plan.Schedule.Where(step => step.Action == ConvergenceAction.SetDowntime).Select(step => step.Factor is null ? step.Downtime!.Value : step.UpTo!.Value),
        ];

        public bool Uses(MigrationTechniques techniques) => plan.Transfer.Uses(techniques);

        public bool BothHave(string? libvirt, string? qemu) => new[] { request.Source.Facts, request.Destination.Facts }.All(host =>
            (libvirt is null || host.LibvirtVersion >= Version.Parse(libvirt)) && (qemu is null || host.HypervisorVersion >= Version.Parse(qemu)));

        public bool EitherHasQemu(string qemu) =>
            request.Source.Facts.HypervisorVersion >= Version.Parse(qemu) || request.Destination.Facts.HypervisorVersion >= Version.Parse(qemu);

        public bool SourceHasLibvirt(string libvirt) => request.Source.Facts.LibvirtVersion >= Version.Parse(libvirt);

        public bool SourceHasQemu(string qemu) => request.Source.Facts.HypervisorVersion >= Version.Parse(qemu);
    }
}
