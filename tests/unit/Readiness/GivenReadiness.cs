using VirtMigration.Inventory;
using VirtMigration.Options;
using VirtMigration.Readiness;

namespace VirtMigration.UnitTests.Readiness;

/// <summary>Hosts as in <see cref="Given"/>, each with a migration address; a test states only what it is about.</summary>
internal static class GivenReadiness
{
    public static HostSubject Subject(string name = "h1") => new(
        Given.Host(name) with { Registration = Given.Registration(name) with { MigrationAddress = $"10.0.8.1{name[^1]}" } },
        new() { Cluster = "c1" })
    {
        Load = new(),
        Vms = [],
        ShellUser = "me",
    };

    public static HostPair Pair() => new(Subject("h1"), Subject("h2"));

    public static HostSubject Facts(this HostSubject subject, Func<HostFacts, HostFacts> change) =>
        subject with { Host = subject.Host with { Facts = change(subject.Host.Facts) } };

    public static HostSubject Registered(this HostSubject subject, Func<HostRegistration, HostRegistration> change) =>
        subject with { Host = subject.Host with { Registration = change(subject.Host.Registration) } };

    public static HostSubject InCluster(this HostSubject subject, Func<ClusterMigrationOptions, ClusterMigrationOptions> change) =>
        subject with { Cluster = change(subject.Cluster) };

    public static HostSubject WithVersions(this HostSubject subject, string libvirt, string qemu) =>
        subject with { Host = subject.Host.WithVersions(libvirt, qemu) };

    public static HostPair From(this HostPair pair, Func<HostSubject, HostSubject> change) => pair with { Source = change(pair.Source) };

    public static HostPair To(this HostPair pair, Func<HostSubject, HostSubject> change) => pair with { Destination = change(pair.Destination) };

    public static HostPair Probed(this HostPair pair, ProbeOutcome outcome, ProbeObstacle obstacle = ProbeObstacle.None, string? error = null) => pair with
    {
        Probe = new()
        {
            Name = ProbeName.Of(Given.Id(7)),
            Outcome = outcome,
            Obstacle = obstacle,
            Error = error,
            Time = TimeSpan.FromMilliseconds(600),
            PeerUri = "qemu+tls://h2/system",
            MigrationUri = "tcp://10.0.8.12",
        },
    };

    /// <summary>What a check finds, as <c>Blocker SameHost; Warning QemuOlder</c>; empty: nothing.</summary>
    public static string Finds(this IHostCheck check, HostSubject subject) => string.Join("; ", check.Check(subject).Select(finding => $"{finding.Severity} {finding.Id}"));

    public static string Finds(this IPairCheck check, HostPair pair) => string.Join("; ", check.Check(pair).Select(finding => $"{finding.Severity} {finding.Id}"));

    /// <summary>What a check finds, in words.</summary>
    public static string Says(this IHostCheck check, HostSubject subject) => string.Join("; ", check.Check(subject).Select(finding => $"{finding} {finding.Action}"));

    public static string Says(this IPairCheck check, HostPair pair) => string.Join("; ", check.Check(pair).Select(finding => $"{finding} {finding.Action}"));
}
