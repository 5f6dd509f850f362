using VirtMigration.Convergence;
using VirtMigration.Inventory;
using VirtMigration.Planning;
using VirtMigration.Ports;
using VirtMigration.Readiness;
using VirtMigration.State;
using VirtMigration.Units;

namespace VirtMigration.Execution;

/// <summary>Recovers migrations that broke in post-copy, whoever started them. Nothing of it ends a half of a VM.</summary>
/// <param name="hypervisor">The way to the hosts.</param>
/// <param name="registry">The registered hosts.</param>
/// <param name="history">Where the run is recorded; null: nowhere.</param>
/// <param name="clock">The clock.</param>
/// <param name="operatorName">Who asks, as <c>alice@ops1</c>.</param>
public sealed class MigrationResumer(IHypervisor hypervisor, HostRegistry registry, IMigrationHistory? history, TimeProvider clock, string operatorName)
{
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(500);

    // QEMU's default (migration/options.c): in post-copy no limit counts, but a plan has one.
    private static readonly TimeSpan s_usualDowntime = TimeSpan.FromMilliseconds(300);

    /// <summary>How long memory is looked out for before a migration is taken to stand.</summary>
    public TimeSpan Patience { get; init; } = PostCopyFlow.Patience;

    /// <summary>How long a destination's QEMU may leave its daemon without an answer before it is taken to hang.</summary>
    public TimeSpan BusyPatience { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long it may do so once a recovery is under way, in which nothing flows.</summary>
    public TimeSpan HangPatience { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a connection that stands is left to go on by itself when the way is open: TCP repeats itself at least this often
    /// (Linux, include/net/tcp.h, TCP_RTO_MAX). What is given up cannot go on by itself.</summary>
    public TimeSpan SelfPatience { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>How long both hosts may take to notice that a connection broke. Where the network is there it takes a second; TCP that
    /// repeats itself less and less may take a minute.</summary>
    public TimeSpan NoticePatience { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a way is tried.</summary>
    public ProbeBounds Bounds { get; init; } = new() { Move = TimeSpan.FromSeconds(10) };

    /// <summary>Looks at how a VM's migration stands, and checks that it can be recovered. Touches nothing.</summary>
    /// <param name="vm">The VM.</param>
    /// <param name="request">What the operator states.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VirtMigrationException">MigrationNotBroken, PostCopyGuestLost, PostCopyHostSilent, PostCopyHostUnknown,
    /// PostCopyRecoveryUnavailable or PostCopyRecoveryCrashes.</exception>
    public async Task<ProposedResume> ProposeAsync(VirtualMachine vm, ResumeRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(vm);
        ArgumentNullException.ThrowIfNull(request);
        (PostCopySides sides, PostCopyCondition condition, MigrationIntent? intent, MigrationCounters? counters) = await LookAsync(vm, cancellationToken);
        VmObservation onSource = sides.Source!;
        VmObservation onDestination = sides.Destination!;
        IHypervisorHost source = await OpenAsync(onSource.Host, cancellationToken);
        IHypervisorHost destination = await OpenAsync(onDestination.Host, cancellationToken);
        HostPair pair = await PairAsync(source, destination, cancellationToken);
        List<string> warnings = [];
        RequireRecovery(vm, pair, request.Force, warnings);
        TransferSettings transfer = intent?.Transfer is TransferSettings recorded
            ? ResumeSettings.Of(recorded)
            : ResumeSettings.Of(pair, onSource, onDestination, request.KeepSourceDefinition == true);
        if (request.KeepSourceDefinition is bool keep && onDestination.Persistent)
        {
            transfer = transfer with
            {
                Techniques = keep ? transfer.Techniques & ~MigrationTechniques.UndefineSource : transfer.Techniques | MigrationTechniques.UndefineSource,
            };
        }

        string reason = intent?.Transfer is not null ? "as its migration was started, by the record in the VM"
            : "nobody wrote down how its migration was started: as a new migration between these hosts would be";
        return new()
        {
            Condition = condition,
            Remaining = counters?.MemoryRemaining,
            Still = condition == PostCopyCondition.Standing ? Patience : null,
            Warnings = (string[])[.. warnings],
            Saved = await source.SaveDefinitionAsync(vm.Uuid, cancellationToken),
            Plan = new()
            {
                VM = vm.Name,
                Uuid = vm.Uuid,
                Source = onSource.Host,
                Destination = onDestination.Host,
                Policy = intent?.Policy ?? "none",
                Memory = vm.Memory,
                Transfer = transfer,
                InitialDowntime = s_usualDowntime,
                Schedule = [],
                StepInterval = TimeSpan.Zero,
                Concurrency = 1,
                Decisions = (PlanDecision[])[new("Recovery", "resume", SettingOrigin.Parameter, "resume", reason)],
            },
        };
    }

    /// <summary>Recovers a migration, and watches it to its end.</summary>
    /// <param name="proposed">What was checked.</param>
    /// <param name="progress">Takes samples, on whatever thread; null: nobody looks.</param>
    /// <param name="stop">Before the recovery: ends the waiting. After it: lets go of the migration, which goes on.</param>
    /// <returns>How it ended, with where the VM is.</returns>
    /// <exception cref="VirtMigrationException">It was not begun, and both halves are kept: PostCopyWayClosed,
    /// PostCopyDestinationHangs, PostCopyNotNoticed, PostCopyGuestLost, MigrationNotBroken.</exception>
    public async Task<MigrationResult> ResumeAsync(ProposedResume proposed, IProgress<MigrationSample>? progress, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(proposed);
        MigrationPlan plan = proposed.Plan;
        MigrationRun run = new(plan, await OpenAsync(plan.Source, stop), await OpenAsync(plan.Destination, stop), operatorName);
        DateTimeOffset startedAt = clock.GetUtcNow();
        long started = clock.GetTimestamp();
        List<string> notices = [];
        await RequireWayAsync(run, notices, stop);
        await RequireAnswersAsync(run, proposed.Condition == PostCopyCondition.Broken, stop);
        await using IMigrationEvents events = await run.Source.SubscribeAsync(plan.Uuid, stop);
        SampleLog samples = new(progress);
        TransferSteering steering = new(run, events, samples, clock, lease: null);
        TransferWatch watch = new(run, events, steering, lease: null);
        steering.EnterPostCopy();
        PostCopyVigil vigil = new(run, clock);
        if (proposed.Condition == PostCopyCondition.Standing)
        {
            if (await vigil.FlowsAsync(SelfPatience, counters => samples.Report(steering.Estimator.Sample(counters)), stop))
            {
                throw ResumeErrors.GoesOn(plan);
            }

            await run.Source.BreakPostCopyAsync(plan.Uuid, CancellationToken.None);
            steering.Note("connection given up", $"the way was open, and no memory had arrived for {DurationText.Exact(SelfPatience)} more");
        }

        await NoticedAsync(run, stop);
        steering.Note("recovery", $"both hosts hold their half; {plan.Decisions[0].Reason}");
        TransferEnd end = await BoundAsync(watch, vigil, plan, stop);
        (VmObservation onSource, VmObservation onDestination, MigrationEndState state) = await new EndInquiry(run, clock).AskAsync(end, stop);
        MigrationCounters? figures = steering.Completed ?? (end.SaidToHaveMoved ? await EndInquiry.CompletedAsync(run) : null);
        notices.AddRange(await PreparedVm.Broken(run, events, proposed.Saved).FinishAsync(state, end.Error));
        samples.Report(steering.Estimator.End(figures, state == MigrationEndState.Moved));
        MigrationResult result = ResultBuilder.Build(new()
        {
            Plan = plan,
            End = end,
            State = state,
            OnSource = onSource,
            OnDestination = onDestination,
            Figures = figures,
            Steering = steering,
            Notices = (string[])[.. notices],
            StartedAt = startedAt,
            Duration = clock.GetElapsedTime(started),
        });
        return await new RunRecorder(history, clock).RecordAsync(run, result, samples);
    }

    // Until it is clear how it stands: what is under way must be looked at for a while.
    private async Task<(PostCopySides Sides, PostCopyCondition Condition, MigrationIntent? Intent, MigrationCounters? Counters)> LookAsync(
        VirtualMachine vm, CancellationToken cancellationToken)
    {
        long start = clock.GetTimestamp();
        (long Sent, long Left, long Requests)? before = null;
        while (true)
        {
            VmObservation[] said = await Task.WhenAll(registry.All().Select(host => ObserveAsync(host, vm.Uuid, cancellationToken)));
            PostCopySides sides = PostCopySides.Of(said, null);
            MigrationCounters? counters = sides.Source is null ? null : await CountersAsync(sides.Source.Host, vm.Uuid, cancellationToken);
            MigrationIntent? intent = sides.Source is null ? null : await IntentAsync(sides.Source.Host, vm.Uuid, counters, cancellationToken);
            sides = PostCopySides.Of(said, intent?.Destination);
            PostCopyCondition condition = sides.Condition;
            switch (condition)
            {
                case PostCopyCondition.None:
                    throw ResumeErrors.NotBroken(vm, said);
                case PostCopyCondition.HalfUnseen:
                    throw ResumeErrors.Unseen(vm, sides, said);
                case PostCopyCondition.Lost:
                    // Nobody says any more which host the source was.
                    throw ResumeErrors.Lost(vm, sides.Source ?? new() { Host = "the source", Answered = true }, sides.Destination!);
            }

            if (condition != PostCopyCondition.UnderWay)
            {
                return (sides, condition, intent, counters);
            }

            if (counters is not null)
            {
                (long, long, long) now = (counters.MemoryProcessed.Bytes, counters.MemoryRemaining.Bytes, counters.PostCopyRequests);
                if (before is not null && before != now)
                {
                    throw ResumeErrors.Flowing(vm, sides, counters);
                }

                before = now;
            }

            if (clock.GetElapsedTime(start) >= Patience)
            {
                return (sides, PostCopyCondition.Standing, intent, counters);
            }

            await Task.Delay(s_poll, clock, cancellationToken);
        }
    }

    private static void RequireRecovery(VirtualMachine vm, HostPair pair, bool force, List<string> warnings)
    {
        if (VersionGates.PostCopyRecovery.Missing(pair.Source.Host, pair.Destination.Host) is string missing)
        {
            throw ResumeErrors.TooOld(vm, missing);
        }

        HostInventory destination = pair.Destination.Host;
        if (KnownDefects.RecoveryCrashes.On(destination.Facts) is Version present)
        {
            if (!force)
            {
                throw ResumeErrors.Crashes(vm, destination, present);
            }

            warnings.Add($"{destination.Name} has libvirt {present}: {KnownDefects.RecoveryCrashes.What}");
        }
    }

    // A recovery over a way that is closed would only fail, and a connection that is given up cannot go on by itself when the way opens.
    private async Task RequireWayAsync(MigrationRun run, List<string> notices, CancellationToken stop)
    {
        HostPair pair = await PairAsync(run.Source, run.Destination, stop);
        HostProbe probe = await new ProbeRunner(run.Source, run.Destination, pair, clock, Bounds).RunAsync(stop);
        if (probe.Obstacle is ProbeObstacle.Memory or ProbeObstacle.Login)
        {
            throw ResumeErrors.WayClosed(run.Plan, probe);
        }

        if (probe.Outcome != ProbeOutcome.Moved)
        {
            notices.Add($"the way from {run.Plan.Source} to {run.Plan.Destination} could not be tried first: {probe.Error}");
        }

        if (probe.Left.Count > 0)
        {
            notices.Add($"the VM {probe.Name}, with which the way was tried, may still be on {string.Join(" and ", probe.Left)}");
        }
    }

    // The guest may touch memory that is not there while its QEMU does something for it, and then QEMU's main loop waits with it. A recovery
    // is asked for through that loop: libvirt has no other way in (seen in the lab, with the connection given up at such a moment).
    private async Task RequireAnswersAsync(MigrationRun run, bool broken, CancellationToken stop)
    {
        long start = clock.GetTimestamp();
        while (await run.Destination.IsBusyAsync(run.Plan.Uuid, stop))
        {
            if (clock.GetElapsedTime(start) >= BusyPatience)
            {
                throw ResumeErrors.Hangs(run.Plan, broken);
            }

            await Task.Delay(s_poll, clock, stop);
        }
    }

    private async Task NoticedAsync(MigrationRun run, CancellationToken stop)
    {
        long start = clock.GetTimestamp();
        while (true)
        {
            VmObservation[] said = await Task.WhenAll(run.Source.ObserveAsync(run.Plan.Uuid, stop), run.Destination.ObserveAsync(run.Plan.Uuid, stop));
            if (EndStateClassifier.LostInPostCopy(said[0], said[1]))
            {
                throw new VirtMigrationException(LostGuest.ErrorId, $"VM '{run.Plan.VM}': {LostGuest.Cause(said[0], said[1])} ({said[0]}; {said[1]}).",
                    LostGuest.Advice(run.Plan.VM, said[0], said[1]), run.Plan.VM);
            }

            if (said.All(one => one is { Active: true, Reason: VmStateReason.PostCopyFailed }))
            {
                return;
            }

            if (clock.GetElapsedTime(start) >= NoticePatience)
            {
                await RequireAnswersAsync(run, broken: true, stop);
                throw ResumeErrors.NotNoticed(run.Plan, said[0], said[1]);
            }

            await Task.Delay(s_poll, clock, stop);
        }
    }

    // A destination that comes to hang answers nobody any more, the recovery's own call least of all: it is let go of.
    private async Task<TransferEnd> BoundAsync(TransferWatch watch, PostCopyVigil vigil, MigrationPlan plan, CancellationToken stop)
    {
        using CancellationTokenSource letGo = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using CancellationTokenSource ended = new();
        Task<bool> hanging = vigil.HangsAsync(HangPatience, ended.Token);
        Task<TransferEnd> recovering = TransferAsync(watch, plan.Transfer, letGo.Token);
        _ = await Task.WhenAny(recovering, hanging);
        if (!recovering.IsCompleted)
        {
            await letGo.CancelAsync();
        }

        TransferEnd end = await recovering;
        await ended.CancelAsync();
        return await hanging && end.Detached ? throw ResumeErrors.Hangs(plan, broken: true) : end;
    }

    // The daemon's thread that ran the broken migration may not have let go of it yet: then it refuses in this moment only.
    private async Task<TransferEnd> TransferAsync(TransferWatch watch, TransferSettings transfer, CancellationToken stop)
    {
        const int Attempts = 10;
        for (int attempt = 1; ; attempt++)
        {
            TransferEnd end = await watch.RunAsync(transfer, stop);
            if (end.Error?.Fault != HypervisorFault.InvalidState || stop.IsCancellationRequested || attempt == Attempts)
            {
                return end;
            }

            await Task.Delay(s_poll, clock, CancellationToken.None);
        }
    }

    private async Task<HostPair> PairAsync(IHypervisorHost source, IHypervisorHost destination, CancellationToken cancellationToken)
    {
        ClusterState state = registry.Store.Load();
        return new(await SubjectAsync(state, source, cancellationToken), await SubjectAsync(state, destination, cancellationToken));
    }

    private static async Task<HostSubject> SubjectAsync(ClusterState state, IHypervisorHost host, CancellationToken cancellationToken) =>
        new(new(host.Registration, await host.GetFactsAsync(cancellationToken)), OptionCatalog.Of(state, host.Registration.Cluster));

    private Task<IHypervisorHost> OpenAsync(string host, CancellationToken cancellationToken) =>
        hypervisor.ConnectAsync(registry.Find(host), cancellationToken);

    private async Task<VmObservation> ObserveAsync(HostRegistration registration, Guid vm, CancellationToken cancellationToken)
    {
        try
        {
            IHypervisorHost host = await hypervisor.ConnectAsync(registration, cancellationToken);
            return await host.ObserveAsync(vm, cancellationToken);
        }
        catch (HypervisorException error)
        {
            return VmObservation.NoAnswer(registration.Name, error.Message);
        }
    }

    // The record of another migration, left by a shell that died, would name a host where this VM never was.
    private async Task<MigrationIntent?> IntentAsync(string host, Guid vm, MigrationCounters? counters, CancellationToken cancellationToken)
    {
        try
        {
            MigrationIntent? intent = await (await OpenAsync(host, cancellationToken)).GetIntentAsync(vm, cancellationToken);
            return intent is not null && counters is not null && IntentRule.Fits(intent, counters, null, clock.GetUtcNow()) ? intent : null;
        }
        catch (HypervisorException)
        {
            // Without it the settings are those of a new migration.
            return null;
        }
    }

    private async Task<MigrationCounters?> CountersAsync(string host, Guid vm, CancellationToken cancellationToken)
    {
        try
        {
            return await (await OpenAsync(host, cancellationToken)).GetJobAsync(vm, cancellationToken);
        }
        catch (HypervisorException)
        {
            // A failed poll says nothing; the next one follows.
            return null;
        }
    }
}
