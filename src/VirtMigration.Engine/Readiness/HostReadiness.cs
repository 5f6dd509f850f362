using VirtMigration.Placement;

namespace VirtMigration.Readiness;

/// <summary>Puts what all checks find into reports.</summary>
public static class HostReadiness
{
    private static readonly IReadOnlyList<IHostCheck> s_hostChecks =
    [
        new DriverCheck(),
        new ConnectionCheck(),
        new HostUuidCheck(),
        new PeerUriCheck(),
        new HostNameCheck(),
        new MigrationAddressCheck(),
        new LinkSpeedCheck(),
        new KnownDefectCheck(),
        new MemoryPortsCheck(),
        new EncryptionCheck(),
        new UserfaultfdCheck(),
        new TechniqueCheck(),
        new LeftoverProbeCheck(),
    ];

    private static readonly IReadOnlyList<IPairCheck> s_pairChecks =
    [
        new SameHostCheck(),
        new ArchitectureCheck(),
        new VersionCheck(),
        new MachineTypeCheck(),
        new CpuCheck(),
        new TscCheck(),
        new MigrationNetworkCheck(),
        new LinkPairCheck(),
        new TechniquePairCheck(),
        new ProbeCheck(),
        new LoginCheck(),
        new MemoryPathCheck(),
        new EncryptionPathCheck(),
    ];

    /// <summary>The report on a host by itself.</summary>
    /// <param name="subject">The host.</param>
    public static HostReport Report(HostSubject subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        return HostReport.Of(subject.Name, null, s_hostChecks.SelectMany(check => check.Check(subject)));
    }

    /// <summary>The report on the way from one host to another.</summary>
    /// <param name="pair">The two hosts.</param>
    public static HostReport Report(HostPair pair)
    {
        ArgumentNullException.ThrowIfNull(pair);
        return HostReport.Of(pair.Source.Name, pair.Destination.Name, s_pairChecks.SelectMany(check => check.Check(pair)), pair.Probe);
    }

    /// <summary>The report on a host that does not answer.</summary>
    /// <param name="host">Its name.</param>
    /// <param name="error">Why not.</param>
    public static HostReport Silent(string host, VirtMigrationException error)
    {
        ArgumentNullException.ThrowIfNull(error);
        return HostReport.Of(host, null,
            [new("HostSilent", host, null, FindingSeverity.Blocker, "a host that answers", error.Message.TrimEnd('.'), error.RecommendedAction)]);
    }
}
