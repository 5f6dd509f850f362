using VirtMigration.Placement;
using VirtMigration.Policies;

namespace VirtMigration.Planning;

/// <summary>Turns a request into a plan. Pure: the same request always gives the same plan, and nothing is touched.</summary>
public static class MigrationPlanner
{
    private const MigrationTechniques Always = MigrationTechniques.Live | MigrationTechniques.AbortOnError;

    /// <summary>Makes the plan. What contradicts each other is settled here, before anything starts: what a parameter asks for and
    /// cannot have is refused, what a VM or a cluster states gives way, with the reason in the decision and a warning.</summary>
    /// <param name="request">What is asked for.</param>
    /// <exception cref="VirtMigrationException">VmNotRunning, VmNotMigratable, DestinationIsSource, TransportRefused, AttachedPostCopy, PostCopyNotSupported,
    /// ParallelForbidden, ParallelNotSupported, ParallelPostCopyConflict, PostCopyUnplanned, PostCopyBandwidthNotSupported, EncryptionNotSupported,
    /// MigrationAddressOutsideNetwork, TimeoutMissing, TimeoutConflict, BandwidthInvalid, BandwidthTooSmall, DowntimeOutOfRange or
    /// PinsNotRemappable: the request cannot be planned.</exception>
    public static MigrationPlan Plan(MigrationRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        RequestRules.Check(request);

        PlanContext context = new(request);
        TimeoutRule.Check(context);
        context.Record("Policy", context.Policy.Name, context.Asked.Policy.Origin, context.Policy.Name, context.Policy.Description);
        context.Record("Destination", request.Destination.Name, request.DestinationOrigin, request.Destination.Name,
            request.DestinationOrigin == SettingOrigin.Parameter ? "as asked" : "chosen among the cluster's other hosts");

        MigrationTechniques techniques = Always;
        PinRemapping? pins = PinsRule.Apply(context);
        techniques |= TransportRule.Apply(context);
        techniques |= PersistenceRule.Apply(context);
        Options.PostCopyMode postCopy = PostCopyRule.Apply(context);
        techniques |= postCopy == Options.PostCopyMode.Off ? MigrationTechniques.None : MigrationTechniques.PostCopy;
        bool encrypted = EncryptionRule.Apply(context);
        techniques |= encrypted ? MigrationTechniques.Tls : MigrationTechniques.None;
        BandwidthPlan bandwidth = BandwidthRule.Apply(context);
        Units.Bandwidth? postCopyBandwidth = PostCopyBandwidthRule.Apply(context, postCopy);
        int? connections = ConnectionsRule.Apply(context, postCopy, bandwidth.Known);
        techniques |= connections is null ? MigrationTechniques.None : MigrationTechniques.Parallel;
        CompressionPlan compression = CompressionRule.Apply(context, connections, bandwidth.Known);
        techniques |= compression.Method == Options.CompressionMethod.None ? MigrationTechniques.None : MigrationTechniques.Compressed;
        techniques |= ZeroCopyRule.Apply(context, connections, encrypted, compression.Method);
        techniques |= AutoConvergeRule.Apply(context);
        TimeSpan downtime = DowntimeRule.Apply(context);
        ConvergenceStep? timeout = TimeoutRule.Apply(context);
        (IReadOnlyList<ConvergenceStep> schedule, IReadOnlyList<ConvergenceStep> deadlines) = ScheduleRule.Apply(context, postCopy, downtime, timeout);
        SwitchoverPlan switchover = SwitchoverRule.Apply(context);
        string? address = MigrationAddressRule.Apply(context);
        Options.GuestNotice notice = GuestNoticeRule.Apply(context);

        return new()
        {
            VM = request.Vm.Name,
            Uuid = request.Vm.Uuid,
            Source = request.Source.Name,
            Destination = request.Destination.Name,
            Policy = context.Policy.Name,
            Memory = request.Definition.Memory,
            Transfer = new()
            {
                Techniques = techniques,
                DestinationUri = request.Parameters.Transport == MigrationTransport.Attached
                    ? request.Destination.Registration.ConnectUri
                    : request.Destination.Registration.PeerUri,
                MigrationUri = address,
                Bandwidth = bandwidth.Taken,
                ParallelConnections = connections,
                SwitchoverBandwidth = switchover.WithTransfer,
                PostCopyBandwidth = postCopyBandwidth,
                Compression = compression.Method,
                XbzrleCache = compression.Cache,
                AutoConvergeInitial = context.Policy.AutoConvergeInitial,
                AutoConvergeIncrement = context.Policy.AutoConvergeIncrement,
                TlsDestination = encrypted ? EncryptionRule.CertificateName(context) : null,
                Pins = pins?.After,
            },
            MonitorSwitchoverBandwidth = switchover.ByMonitor,
            InitialDowntime = downtime,
            Schedule = schedule,
            Deadlines = deadlines,
            Timeout = timeout,
            StepInterval = context.Policy.StepInterval,
            Concurrency = ConcurrencyRule.Apply(context, connections),
            Pins = pins,
            GuestNotice = notice,
            Decisions = context.Decisions,
            Warnings = context.Warnings,
        };
    }
}
