using VirtMigration.Inventory;
using VirtMigration.Policies;
using VirtMigration.Units;

namespace VirtMigration.Planning;

/// <summary>Turns a request into a plan. Pure: the same request always gives the same plan, and nothing is touched.</summary>
public static class MigrationPlanner
{
    private const MigrationTechniques Always = MigrationTechniques.Live | MigrationTechniques.AbortOnError;

    /// <summary>Makes the plan.</summary>
    /// <param name="request">What is asked for.</param>
    /// <exception cref="VirtMigrationException">VmNotRunning, DestinationIsSource, AttachedPostCopy, ParallelNotSupported,
    /// BandwidthTooSmall or DowntimeOutOfRange: the request cannot be planned.</exception>
    public static MigrationPlan Plan(MigrationRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        RequestRules.Check(request);

        DecisionLog log = new();
        MigrationPolicy policy = request.Policy ?? BuiltInPolicies.Default;
        log.Record("Policy", policy.Name, request.Policy is null ? SettingOrigin.Default : SettingOrigin.Parameter, policy.Name, policy.Description);
        log.Record("Destination", request.Destination.Name, request.DestinationOrigin, request.Destination.Name,
            request.DestinationOrigin == SettingOrigin.Parameter ? "as asked" : "chosen among the cluster's other hosts");

        MigrationTechniques techniques = Always;
        techniques |= TransportRule(request, log);
        techniques |= PersistenceRule(request, log);
        Bandwidth? known = KnownBandwidth(request);
        int? connections = ConnectionsRule(request, policy, known, log);
        techniques |= connections is null ? MigrationTechniques.None : MigrationTechniques.Parallel;
        techniques |= ZeroCopyRule(request, policy, log);
        techniques |= CompressionRule(policy, connections, log);
        techniques |= AutoConvergeRule(policy, log);
        IReadOnlyList<ConvergenceStep> schedule = ScheduleRule(request, policy, log);
        techniques |= schedule.Any(step => step.Action == ConvergenceAction.StartPostCopy) ? MigrationTechniques.PostCopy : MigrationTechniques.None;

        return new()
        {
            VM = request.Vm.Name,
            Uuid = request.Vm.Uuid,
            Source = request.Source.Name,
            Destination = request.Destination.Name,
            Policy = policy.Name,
            Memory = request.Definition.Memory,
            Transfer = new()
            {
                Techniques = techniques,
                DestinationUri = request.Attached
                    ? request.Destination.Registration.ConnectUri
                    : request.Destination.Registration.PeerUri,
                MigrationUri = MigrationUriRule(request, log),
                Bandwidth = BandwidthRule(request, known, log),
                ParallelConnections = connections,
            },
            InitialDowntime = DowntimeRule(request, policy, log),
            Schedule = schedule,
            StepInterval = policy.StepInterval,
            Concurrency = ConcurrencyRule(policy, connections, log),
            Decisions = log.Decisions,
        };
    }

    private static MigrationTechniques TransportRule(MigrationRequest request, DecisionLog log)
    {
        if (request.Attached)
        {
            log.Record("Transport", "attached", SettingOrigin.Parameter, "attached", "this shell drives it: if the shell dies, the VM stays");
            return MigrationTechniques.None;
        }

        log.Record("Transport", "peer-to-peer", SettingOrigin.Default, "peer-to-peer",
            $"{request.Source.Name}'s daemon drives it to {request.Destination.Registration.PeerUri}, and goes on if this shell dies");
        return MigrationTechniques.PeerToPeer;
    }

    private static MigrationTechniques PersistenceRule(MigrationRequest request, DecisionLog log)
    {
        if (!request.Vm.Persistent)
        {
            log.Record("Persistence", "transient", SettingOrigin.Vm, "transient", "the VM is transient and stays so");
            return MigrationTechniques.None;
        }

        log.Record("Persistence", "moved", SettingOrigin.Vm, "moved",
            $"the definition is kept on {request.Destination.Name} and removed from {request.Source.Name}, where it could start a second copy");
        return MigrationTechniques.PersistDestination | MigrationTechniques.UndefineSource;
    }

    // B of the parallel rule: the lowest of what is known, before any division.
    private static Bandwidth? KnownBandwidth(MigrationRequest request)
    {
        Bandwidth? lowest = null;
        foreach (Bandwidth? one in (Bandwidth?[])[request.Source.LinkSpeed, request.Destination.LinkSpeed, request.Bandwidth])
        {
            if (one is Bandwidth value && !value.HasNoLimit())
            {
                lowest = lowest is Bandwidth low ? Bandwidth.Min(low, value) : value;
            }
        }

        return lowest;
    }

    private static Bandwidth BandwidthRule(MigrationRequest request, Bandwidth? known, DecisionLog log)
    {
        Bandwidth taken = known ?? Bandwidth.Unlimited;
        string links = $"links: {request.Source.Name} {Describe(request.Source.LinkSpeed)}, {request.Destination.Name} {Describe(request.Destination.LinkSpeed)}";
        _ = taken.ToMebibytesPerSecond();
        log.Record(
            "Bandwidth",
            request.Bandwidth?.ToString() ?? taken.ToString(),
            request.Bandwidth is null ? SettingOrigin.Host : SettingOrigin.Parameter,
            taken.ToString(),
            known is null ? $"{links}; stated, for else an earlier migrate-setspeed would count" : links);
        return taken;
    }

    private static string Describe(Bandwidth? speed) => speed?.ToString() ?? "not known";

    private static int? ConnectionsRule(MigrationRequest request, MigrationPolicy policy, Bandwidth? known, DecisionLog log)
    {
        if (!policy.ZeroCopy)
        {
            log.Record("ParallelConnections", "Disabled", SettingOrigin.Default, "Disabled", "one stream carries the memory");
            return null;
        }

        if (VersionGates.ParallelMissing(request.Source, request.Destination) is string missing)
        {
            throw new VirtMigrationException(
                "ParallelNotSupported",
                $"Policy {policy.Name} sends over parallel connections, but {missing}.",
                "Choose a policy without parallel connections (MinimalDowntime), or hosts that have them.",
                request.Vm.Name);
        }

        int? emulatorCpus = request.Definition.EmulatorPin?.Count;
        int taken = ParallelConnectionRule.Forced(
            known, request.Definition.OnlineVCpus, ParallelConnectionRule.DefaultMaximum, emulatorCpus);
        log.Record(
            "ParallelConnections",
            "Disabled",
            SettingOrigin.Default,
            $"{taken}",
            $"policy {policy.Name} makes it parallel, with one connection for each 10 Gbps (bandwidth {Describe(known)}), at most one for each "
                + $"of the {request.Definition.OnlineVCpus} vCPUs{(emulatorCpus is int cpus ? $" and the {cpus} emulator CPUs" : string.Empty)}, "
                + $"from {ParallelConnectionRule.Minimum} to {ParallelConnectionRule.DefaultMaximum}");
        return taken;
    }

    private static MigrationTechniques ZeroCopyRule(MigrationRequest request, MigrationPolicy policy, DecisionLog log)
    {
        if (!policy.ZeroCopy)
        {
            log.Record("ZeroCopy", "off", SettingOrigin.Policy, "off", $"policy {policy.Name} does not use it");
            return MigrationTechniques.None;
        }

        string? hindrance = VersionGates.ZeroCopyMissing(request.Source, request.Destination);
        if (hindrance is null && request.Definition.MemoryHardLimit is ByteSize limit && limit < request.Definition.Memory)
        {
            hindrance = $"all guest memory ({request.Definition.Memory}) must be locked, but memtune/hard_limit allows {limit}";
        }

        log.Record("ZeroCopy", "on", SettingOrigin.Policy, hindrance is null ? "on" : "off",
            hindrance ?? "both hosts have it; QEMU locks the guest's memory for the time of the migration");
        return hindrance is null ? MigrationTechniques.ZeroCopy : MigrationTechniques.None;
    }

    private static MigrationTechniques CompressionRule(MigrationPolicy policy, int? connections, DecisionLog log)
    {
        bool taken = policy.Compression && connections is null;
        log.Record("Compression", OnOff(policy.Compression), SettingOrigin.Policy, OnOff(taken),
            policy.Compression && !taken ? "XBZRLE and parallel connections exclude each other" : $"policy {policy.Name}");
        return taken ? MigrationTechniques.Compressed : MigrationTechniques.None;
    }

    private static MigrationTechniques AutoConvergeRule(MigrationPolicy policy, DecisionLog log)
    {
        log.Record("AutoConverge", OnOff(policy.AutoConverge), SettingOrigin.Policy, OnOff(policy.AutoConverge), $"policy {policy.Name}");
        return policy.AutoConverge ? MigrationTechniques.AutoConverge : MigrationTechniques.None;
    }

    private static IReadOnlyList<ConvergenceStep> ScheduleRule(MigrationRequest request, MigrationPolicy policy, DecisionLog log)
    {
        bool paused = request.Vm.State == VmPowerState.Paused;
        IReadOnlyList<ConvergenceStep> taken = paused
            ? [.. policy.Schedule.Where(step => step.Action != ConvergenceAction.StartPostCopy)]
            : policy.Schedule;
        log.Record("PostCopy", policy.SchedulesPostCopy() ? "scheduled" : "off", SettingOrigin.Policy,
            taken.Any(step => step.Action == ConvergenceAction.StartPostCopy) ? "scheduled" : "off",
            paused && policy.SchedulesPostCopy() ? "the VM is paused, so its memory stands still" : $"policy {policy.Name}");
        string text = string.Join(", ", taken);
        log.Record("Schedule", text, SettingOrigin.Policy, text, $"policy {policy.Name}, steps at least {DurationText.Format(policy.StepInterval)} apart");
        return taken;
    }

    private static string? MigrationUriRule(MigrationRequest request, DecisionLog log)
    {
        string? address = request.Destination.Registration.MigrationAddress?.Trim('[', ']');
        string? uri = address is null ? null : $"tcp://{(address.Contains(':', StringComparison.Ordinal) ? $"[{address}]" : address)}";
        string shown = uri ?? "the host's own choice";
        log.Record("MigrationAddress", shown, SettingOrigin.Host, shown,
            uri is null
                ? $"{request.Destination.Name} has no migration address registered: its migration_host decides"
                : $"the migration address registered for {request.Destination.Name}");
        return uri;
    }

    private static TimeSpan DowntimeRule(MigrationRequest request, MigrationPolicy policy, DecisionLog log)
    {
        TimeSpan taken = request.MaxDowntime ?? policy.InitialDowntime;
        string text = DurationText.Format(taken);
        log.Record("InitialDowntime", text, request.MaxDowntime is null ? SettingOrigin.Policy : SettingOrigin.Parameter, text,
            request.MaxDowntime is null ? $"policy {policy.Name}" : "as asked; the policy's schedule may raise it");
        return taken;
    }

    private static int ConcurrencyRule(MigrationPolicy policy, int? connections, DecisionLog log)
    {
        int taken = connections is null ? policy.MaxConcurrent : 1;
        log.Record("Concurrency", $"{policy.MaxConcurrent}", SettingOrigin.Policy, $"{taken}",
            connections is null ? "migrations at a time out of the source and into the destination" : "a parallel migration has both hosts for itself");
        return taken;
    }

    private static string OnOff(bool value) => value ? "on" : "off";
}
