using System.Collections.Concurrent;
using System.Threading.Channels;
using VirtMigration.Inventory;
using VirtMigration.Options;
using VirtMigration.Placement;
using VirtMigration.Planning;
using VirtMigration.Ports;
using VirtMigration.Units;

namespace VirtMigration.UnitTests.Execution;

/// <summary>A host in memory. It writes down every call, fails where a test says so, and hands each transfer to the test, which
/// ends it as it likes.</summary>
internal sealed class FakeHost(string name) : IHypervisorHost
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private readonly List<string> _calls = [];
    private readonly List<(Func<IReadOnlyList<string>, bool> Condition, TaskCompletionSource Met)> _waiters = [];
    private readonly ConcurrentDictionary<string, ConcurrentQueue<HypervisorException>> _faults = [];
    private readonly ConcurrentDictionary<Guid, ConcurrentQueue<VmObservation>> _observations = [];
    private readonly ConcurrentDictionary<Guid, FakeTransfer> _underWay = [];
    private readonly Channel<FakeTransfer> _transfers = Channel.CreateUnbounded<FakeTransfer>();
    private readonly ConcurrentBag<FakeEvents> _events = [];

    public HostRegistration Registration { get; init; } = Given.Registration(name);

    public ConcurrentDictionary<Guid, VmObservation> Says { get; } = [];

    public ConcurrentDictionary<Guid, MigrationCounters> Jobs { get; } = [];

    public ConcurrentDictionary<Guid, MigrationCounters> Completed { get; } = [];

    public ConcurrentDictionary<Guid, MigrationIntent> Intents { get; } = [];

    public ConcurrentDictionary<Guid, TimeSpan> Downtimes { get; } = [];

    /// <summary>The speeds that are kept; where none is, it is unlimited.</summary>
    public ConcurrentDictionary<Guid, Bandwidth> Speeds { get; } = [];

    /// <summary>The speeds of post-copy; where none is, it is unlimited.</summary>
    public ConcurrentDictionary<Guid, Bandwidth> PostCopySpeeds { get; } = [];

    /// <summary>What QEMU's monitor was told about the switchover.</summary>
    public ConcurrentDictionary<Guid, Bandwidth?> Switchovers { get; } = [];

    /// <summary>The VMs that the host lists.</summary>
    public IReadOnlyList<VirtualMachine> Vms { get; set; } = [];

    public ConcurrentDictionary<Guid, StoredVmOptions> VmOptions { get; } = [];

    public ConcurrentDictionary<Guid, SavedDefinition> Definitions { get; } = [];

    /// <summary>What it says of itself, and of VMs, where that differs from the usual.</summary>
    public Func<HostFacts, HostFacts> Facts { get; set; } = facts => facts;

    public Func<VmDefinition, VmDefinition> Definition { get; set; } = definition => definition;

    public ConcurrentDictionary<Guid, VmDefinition> DefinitionsOfVms { get; } = [];

    public CpuComparison CpuFits { get; set; } = new(true, null);

    public HostSurroundings Surroundings { get; set; } = HostSurroundings.Unknown;

    public HostLoad Load { get; set; } = new();

    /// <summary>What virsh's users and other shells are at.</summary>
    public IReadOnlyList<ActiveMigration> Shown { get; set; } = [];

    /// <summary>What the host shows beside that, made anew for each answer.</summary>
    public Func<IEnumerable<ActiveMigration>> Shows { get; set; } = () => [];

    /// <summary>What happens when a transfer is handed over, before anybody can see it.</summary>
    public Action<FakeTransfer> OnTransfer { get; set; } = _ => { };

    /// <summary>Holds back the answer about migrations under way.</summary>
    public Task ListingGate { get; set; } = Task.CompletedTask;

    /// <summary>Holds back the end of probes.</summary>
    public Task ProbeGate { get; set; } = Task.CompletedTask;

    /// <summary>What happens with a call, when it has been made and before its answer arrives.</summary>
    public Action<string> OnCall { get; set; } = _ => { };

    /// <summary>How a guest takes what it is told; it answers at once unless a test says otherwise.</summary>
    public Func<string, CancellationToken, Task<bool>> Guest { get; set; } = (_, _) => Task.FromResult(true);

    /// <summary>Whether an abort ends the transfer.</summary>
    public bool Aborts { get; set; } = true;

    public IReadOnlyList<string> Calls
    {
        get
        {
            lock (_lock)
            {
                return [.. _calls];
            }
        }
    }

    public IReadOnlyCollection<FakeEvents> Subscriptions => _events;

    public FakeHost With(Guid vm, VmPowerState state = VmPowerState.Running)
    {
        Says[vm] = Running(vm) with { State = state };
        Downtimes[vm] = TimeSpan.FromMilliseconds(777);
        Definitions[vm] = new(vm, $"definition of {vm}", Autostart: false);
        return this;
    }

    public VmObservation Running(Guid vm, VmStateReason reason = VmStateReason.Other) => new()
    {
        Host = name,
        Answered = true,
        Present = true,
        Active = true,
        Persistent = true,
        State = VmPowerState.Running,
        Reason = reason,
    };

    public VmObservation Paused(Guid vm, VmStateReason reason) => Running(vm, reason) with { State = VmPowerState.Paused };

    public VmObservation Absent() => new() { Host = name, Answered = true };

    /// <summary>The next calls of this name fail.</summary>
    public void Fail(string call, HypervisorFault fault = HypervisorFault.InvalidState, int times = 1)
    {
        ConcurrentQueue<HypervisorException> queue = _faults.GetOrAdd(call, _ => []);
        for (int i = 0; i < times; i++)
        {
            queue.Enqueue(Fault(fault, $"{call} was refused"));
        }
    }

    /// <summary>The next answers about a VM, before those that stand.</summary>
    public void SayNext(Guid vm, params VmObservation[] observations)
    {
        ConcurrentQueue<VmObservation> queue = _observations.GetOrAdd(vm, _ => []);
        foreach (VmObservation one in observations)
        {
            queue.Enqueue(one);
        }
    }

    public HypervisorException Fault(HypervisorFault fault, string text) => new(fault, name, 0, text, "Do something about it.");

    public void Publish(MigrationEvent one)
    {
        foreach (FakeEvents events in _events)
        {
            events.Channel.Writer.TryWrite(one);
        }
    }

    public void LoseEvents()
    {
        foreach (FakeEvents events in _events)
        {
            events.Channel.Writer.TryComplete(Fault(HypervisorFault.Unreachable, "the connection broke"));
        }
    }

    public async Task<FakeTransfer> NextTransferAsync()
    {
        using CancellationTokenSource patience = new(Patience);
        return await _transfers.Reader.ReadAsync(patience.Token);
    }

    public bool HasTransferWaiting() => _transfers.Reader.TryPeek(out _);

    public Task CalledAsync(string call, int times = 1) => UntilAsync(calls => calls.Count(one => one == call) >= times);

    public Task UntilAsync(Func<IReadOnlyList<string>, bool> condition)
    {
        lock (_lock)
        {
            if (condition(_calls))
            {
                return Task.CompletedTask;
            }

            TaskCompletionSource met = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Add((condition, met));
            return met.Task.WaitAsync(Patience);
        }
    }

    public Task<HostFacts> GetFactsAsync(CancellationToken cancellationToken) => Answer("GetFacts", () => Facts(Given.Facts(name[^1] - '0')));

    public Task<IReadOnlyList<VirtualMachine>> ListAsync(CancellationToken cancellationToken) =>
        Answer("List", () => Vms);

    public Task<VmDefinition> GetDefinitionAsync(Guid vm, CancellationToken cancellationToken) => Answer("GetDefinition", () => Definition(DefinitionsOfVms.GetValueOrDefault(vm) ?? Given.Definition()));

    public Task<VmObservation> ObserveAsync(Guid vm, CancellationToken cancellationToken) => Answer("Observe", () =>
        _observations.TryGetValue(vm, out ConcurrentQueue<VmObservation>? queue) && queue.TryDequeue(out VmObservation? next)
            ? next
            : Says.GetValueOrDefault(vm) ?? Absent());

    public Task<MigrationCounters?> GetJobAsync(Guid vm, CancellationToken cancellationToken) =>
        Answer("GetJob", () => Jobs.GetValueOrDefault(vm));

    public Task<MigrationCounters?> GetCompletedJobAsync(Guid vm, CancellationToken cancellationToken) =>
        Answer("GetCompletedJob", () => Completed.GetValueOrDefault(vm));

    public async Task<IReadOnlyList<ActiveMigration>> ListMigrationsAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<ActiveMigration> shown = await Answer<IReadOnlyList<ActiveMigration>>("ListMigrations", () => [.. Shown, .. Shows()]);
        await ListingGate.WaitAsync(cancellationToken);
        return shown;
    }

    public Task<IMigrationEvents> SubscribeAsync(Guid vm, CancellationToken cancellationToken) => Answer<IMigrationEvents>("Subscribe", () =>
    {
        FakeEvents events = new();
        _events.Add(events);
        return events;
    });

    public Task<TimeSpan> GetMaxDowntimeAsync(Guid vm, CancellationToken cancellationToken) => Answer("GetMaxDowntime", () => Downtimes[vm]);

    public Task SetMaxDowntimeAsync(Guid vm, TimeSpan downtime, CancellationToken cancellationToken) =>
        Do($"SetMaxDowntime {DurationText.Format(downtime)}", () => Downtimes[vm] = downtime);

    public Task<Bandwidth> GetMaxBandwidthAsync(Guid vm, CancellationToken cancellationToken) =>
        Answer("GetMaxBandwidth", () => Speeds.GetValueOrDefault(vm, Bandwidth.Unlimited));

    public Task SetMaxBandwidthAsync(Guid vm, Bandwidth bandwidth, CancellationToken cancellationToken) =>
        Do($"SetMaxBandwidth {vm.ToString()[..8]} {bandwidth}", () => Speeds[vm] = bandwidth);

    public Task<Bandwidth> GetPostCopyBandwidthAsync(Guid vm, CancellationToken cancellationToken) =>
        Answer("GetPostCopyBandwidth", () => PostCopySpeeds.GetValueOrDefault(vm, Bandwidth.Unlimited));

    public Task SetPostCopyBandwidthAsync(Guid vm, Bandwidth bandwidth, CancellationToken cancellationToken) =>
        Do($"SetPostCopyBandwidth {bandwidth}", () => PostCopySpeeds[vm] = bandwidth);

    public Task AbortJobAsync(Guid vm, CancellationToken cancellationToken) => Do("AbortJob", () =>
    {
        if (Aborts && _underWay.TryGetValue(vm, out FakeTransfer? transfer))
        {
            transfer.Fail(HypervisorFault.Aborted);
        }
    });

    public Task StartPostCopyAsync(Guid vm, CancellationToken cancellationToken) => Do("StartPostCopy");

    /// <summary>What becomes of a broken migration: by default both halves say that it failed.</summary>
    public Action<Guid> OnBreak { get; set; } = _ => { };

    /// <summary>Whether the VM's QEMU leaves its daemon without an answer.</summary>
    public bool Busy { get; set; }

    public Task BreakPostCopyAsync(Guid vm, CancellationToken cancellationToken) => Do("BreakPostCopy", () => OnBreak(vm));

    public Task<bool> IsBusyAsync(Guid vm, CancellationToken cancellationToken) => Answer("IsBusy", () => Busy);

    public Task SuspendAsync(Guid vm, CancellationToken cancellationToken) => Do("Suspend");

    public Task SetSwitchoverBandwidthAsync(Guid vm, Bandwidth? bandwidth, CancellationToken cancellationToken) =>
        Do($"SetSwitchoverBandwidth {bandwidth?.ToString() ?? "none"}", () => Switchovers[vm] = bandwidth);

    public Task<VmMigrationOptions> GetVmOptionsAsync(Guid vm, CancellationToken cancellationToken) =>
        Answer("GetVmOptions", () => VmOptions.GetValueOrDefault(vm)?.Options ?? VmMigrationOptions.Empty);

    public Task<IReadOnlyList<StoredVmOptions>> ListVmOptionsAsync(CancellationToken cancellationToken) =>
        Answer<IReadOnlyList<StoredVmOptions>>("ListVmOptions", () => [.. VmOptions.Values.OrderBy(one => one.Name)]);

    public Task RequireVmOptionsSettableAsync(Guid vm, VmMigrationOptions options, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task SetVmOptionsAsync(Guid vm, VmMigrationOptions options, CancellationToken cancellationToken) =>
        Do("SetVmOptions", () => VmOptions[vm] = new(vm, VmOptions.GetValueOrDefault(vm)?.Name ?? $"vm{vm.ToString()[..8]}", options));

    public async Task<bool> TellGuestAsync(Guid vm, GuestNotice how, string message, TimeSpan patience, CancellationToken cancellationToken)
    {
        await Do($"TellGuest {vm.ToString()[..8]} {how} {patience.TotalSeconds} s {message}");
        return await Guest(message, cancellationToken);
    }

    public async Task MigrateAsync(Guid vm, TransferSettings settings, IHypervisorHost destination)
    {
        FakeTransfer transfer = new(vm, settings, this, (FakeHost)destination);
        OnTransfer(transfer);
        await Do("Migrate");
        _underWay[vm] = transfer;
        _transfers.Writer.TryWrite(transfer);
        try
        {
            await transfer.End;
        }
        finally
        {
            _underWay.TryRemove(vm, out _);
            Jobs.TryRemove(vm, out _);
        }
    }

    /// <summary>What becomes of a definition that is moved: by default it is there and no longer here.</summary>
    public Action<Guid, FakeHost>? OnMigrateDefinition { get; set; }

    public Task MigrateDefinitionAsync(Guid vm, IHypervisorHost destination) => Do("MigrateDefinition", () =>
    {
        if (OnMigrateDefinition is not null)
        {
            OnMigrateDefinition(vm, (FakeHost)destination);
            return;
        }

        FakeHost there = (FakeHost)destination;
        there.Says[vm] = Says[vm] with { Host = there.Registration.Name };
        there.Definitions[vm] = Definitions[vm] with { Autostart = false };
        Says.TryRemove(vm, out _);
        Definitions.TryRemove(vm, out _);
    });

    public Task<SavedDefinition?> SaveDefinitionAsync(Guid vm, CancellationToken cancellationToken) =>
        Answer("SaveDefinition", () => Definitions.GetValueOrDefault(vm));

    public Task DefineAsync(SavedDefinition definition, PinLayout? pins, CancellationToken cancellationToken) =>
        Do(pins is null ? "Define" : $"Define {pins}", () => Definitions[definition.Uuid] = definition);

    public Task SetAutostartAsync(Guid vm, bool autostart, CancellationToken cancellationToken) => Do($"SetAutostart {autostart}");

    public Task SetIntentAsync(Guid vm, MigrationIntent? intent, CancellationToken cancellationToken) =>
        Do(intent is null ? "SetIntent none" : "SetIntent", () =>
        {
            if (intent is null)
            {
                Intents.TryRemove(vm, out _);
            }
            else
            {
                Intents[vm] = intent;
            }
        });

    public Task<MigrationIntent?> GetIntentAsync(Guid vm, CancellationToken cancellationToken) =>
        Answer("GetIntent", () => Intents.GetValueOrDefault(vm));

    public Task<CpuComparison> CompareCpuAsync(VmCpu cpu, string architecture, string machineType, CancellationToken cancellationToken) =>
        Answer("CompareCpu", () => CpuFits);

    public Task<HostSurroundings> GetSurroundingsAsync(CancellationToken cancellationToken) => Answer("GetSurroundings", () => Surroundings);

    public Task<HostLoad> GetLoadAsync(CancellationToken cancellationToken) => Answer("GetLoad", () => Load);

    public Task StartProbeAsync(Guid probe, string? machineType, CancellationToken cancellationToken) =>
        Do($"StartProbe {machineType ?? "default"}", () => Says[probe] = Paused(probe, VmStateReason.PausedByUser) with { Persistent = false });

    public async Task EndProbeAsync(Guid probe, CancellationToken cancellationToken)
    {
        await ProbeGate.WaitAsync(cancellationToken);
        await Do($"EndProbe {probe}", () => Says.TryRemove(probe, out _));
    }

    private async Task Do(string call, Action? effect = null) => await Answer(call, () =>
    {
        effect?.Invoke();
        return true;
    });

    // Off the caller's thread, as a daemon answers.
    private async Task<T> Answer<T>(string call, Func<T> answer)
    {
        await Task.Yield();
        try
        {
            return _faults.TryGetValue(call.Split(' ')[0], out ConcurrentQueue<HypervisorException>? queue)
                && queue.TryDequeue(out HypervisorException? error)
                ? throw error
                : answer();
        }
        finally
        {
            Note(call);
        }
    }

    private void Note(string call)
    {
        OnCall(call);
        lock (_lock)
        {
            _calls.Add(call);
            foreach ((Func<IReadOnlyList<string>, bool> condition, TaskCompletionSource met) in _waiters.ToList())
            {
                if (condition(_calls))
                {
                    met.TrySetResult();
                }
            }
        }
    }
}
