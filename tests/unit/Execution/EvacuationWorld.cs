using System.Collections.Concurrent;
using VirtMigration.Convergence;
using VirtMigration.Evacuation;
using VirtMigration.Execution;
using VirtMigration.Inventory;
using VirtMigration.Planning;
using VirtMigration.State;
using VirtMigration.UnitTests.State;
using Xunit;

namespace VirtMigration.UnitTests.Execution;

/// <summary>A cluster in memory of which a host is emptied: each transfer ends as a test says, and hosts then list what is on them.</summary>
internal sealed class EvacuationWorld : IDisposable, IEvacuationObserver
{
    private readonly TemporaryFolder _folder = new();
    private readonly CancellationTokenSource _over = new();
    private readonly Lock _lock = new();
    private readonly List<string> _told = [];

    public EvacuationWorld(int hosts = 3)
    {
        Hosts = [.. Enumerable.Range(1, hosts).Select(id => new FakeHost($"h{id}"))];
        Registry = new(new ClusterFile(_folder.Path));
        foreach (FakeHost host in Hosts)
        {
            Registry.Register(host.Registration, replace: false);
            _ = Task.Run(() => EndTransfersAsync(host));
        }

        Hypervisor = new(Hosts);
        Catalog = new(Registry.Store);
        Control = new(Stop.Token);
        MigrationOwnership ownership = new(Leases, Shells, TimeProvider.System);
        Parts = new(Hypervisor, Registry, new(TimeProvider.System, History, ownership), new SlotFolder(_folder.Path), ownership, new(), History, TimeProvider.System, "alice@ops1")
        {
            BackOff = TimeSpan.FromMilliseconds(20),
            LookAtOthersEvery = TimeSpan.FromMilliseconds(20),
        };
    }

    public FakeHost[] Hosts { get; }

    public FakeHost H1 => Hosts[0];

    public HostRegistry Registry { get; }

    public FakeHypervisor Hypervisor { get; }

    public MaintenanceCatalog Catalog { get; }

    public FakeLeases Leases { get; } = new();

    public FakeShells Shells { get; } = new();

    public FakeHistory History { get; } = new();

    public CancellationTokenSource Stop { get; } = new();

    public EvacuationControl Control { get; }

    public EvacuationParts Parts { get; set; }

    /// <summary>How a transfer ends; null: it succeeds.</summary>
    public Func<string, string, Task<HypervisorFault?>> End { get; set; } = static (_, _) => Task.FromResult<HypervisorFault?>(null);

    /// <summary>Where each VM was tried, in that order: <c>vm1>h2</c>.</summary>
    public ConcurrentQueue<string> Transfers { get; } = [];

    public ConcurrentQueue<EvacuatedVm> Results { get; } = [];

    public ConcurrentQueue<EvacuationProgress> Progress { get; } = [];

    public IReadOnlyList<string> Told
    {
        get
        {
            lock (_lock)
            {
                return [.. _told];
            }
        }
    }

    /// <summary>The maintenance of h1.</summary>
    public HostMaintenance Maintenance => Catalog.Find("h1")!;

    public HostEvacuation Evacuation => new(Parts);

    public EvacuationWorld With(int id, int gibibytes = 4, Func<VmDefinition, VmDefinition>? change = null, VmPowerState state = VmPowerState.Running, string host = "h1")
    {
        FakeHost there = Hosts.Single(one => one.Registration.Name == host);
        VirtualMachine vm = Given.Vm($"vm{id}", 100 + id, host) with { State = state };
        VmDefinition definition = Given.Definition(100 + id) with { Memory = Given.GiB(gibibytes), PresentMemory = Given.GiB(gibibytes) };
        foreach (FakeHost any in Hosts)
        {
            any.DefinitionsOfVms[vm.Uuid] = change is null ? definition : change(definition);
        }

        there.With(vm.Uuid, state);
        Add(there, vm);
        return this;
    }

    public async Task<EvacuationEnd> EmptyAsync(Func<EvacuationRequest, EvacuationRequest>? change = null)
    {
        EvacuationRequest request = new("h1");
        EvacuationProposal proposal = await Evacuation.ProposeAsync(change is null ? request : change(request), CancellationToken.None);
        return await RunAsync(proposal);
    }

    public Task<EvacuationEnd> RunAsync(EvacuationProposal proposal) => Evacuation.RunAsync(proposal, this, Control).WaitAsync(FakeHost.Patience);

    public async Task<VirtMigrationException> RefusedAsync(string errorId, Func<EvacuationRequest, EvacuationRequest>? change = null)
    {
        VirtMigrationException error = await Assert.ThrowsAnyAsync<VirtMigrationException>(() => EmptyAsync(change));
        Assert.Equal(errorId, error.ErrorId);
        return error;
    }

    /// <summary>Hosts have the numbers below.</summary>
    public static Guid Id(int number) => Given.Id(100 + number);

    public EvacuatedVm Result(int id) => Results.Single(one => one.Uuid == Id(id));

    public void Move(Guid uuid, FakeHost from, FakeHost to)
    {
        lock (_lock)
        {
            if (from.Vms.FirstOrDefault(one => one.Uuid == uuid) is VirtualMachine vm)
            {
                from.Vms = [.. from.Vms.Where(one => one.Uuid != uuid)];
                from.Load = from.Load with { Vms = from.Load.Vms.Where(one => one != uuid).ToHashSet() };
                from.Says[uuid] = from.Absent();
                to.Says[uuid] = to.Running(uuid);
                AddLocked(to, vm with { Host = to.Registration.Name });
            }
        }
    }

    private void Add(FakeHost host, VirtualMachine vm)
    {
        lock (_lock)
        {
            AddLocked(host, vm);
        }
    }

    private static void AddLocked(FakeHost host, VirtualMachine vm)
    {
        host.Vms = [.. host.Vms, vm];
        if (vm.State != VmPowerState.ShutOff)
        {
            host.Load = host.Load with { Vms = new HashSet<Guid>([.. host.Load.Vms, vm.Uuid]) };
        }
    }

    private async Task EndTransfersAsync(FakeHost host)
    {
        while (!_over.IsCancellationRequested)
        {
            try
            {
                FakeTransfer transfer = await host.NextTransferAsync();
                _ = Task.Run(() => EndAsync(host, transfer));
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task EndAsync(FakeHost host, FakeTransfer transfer)
    {
        string name = host.Vms.First(one => one.Uuid == transfer.Vm).Name;
        FakeHost to = transfer.Destination;
        Transfers.Enqueue($"{name}>{to.Registration.Name}");
        if (await End(name, to.Registration.Name) is HypervisorFault fault)
        {
            transfer.Fail(fault);
            return;
        }

        Move(transfer.Vm, host, to);
        transfer.Succeed();
    }

    public void Dispose()
    {
        _over.Cancel();
        _over.Dispose();
        Stop.Dispose();
        _folder.Dispose();
    }

    void IQueueObserver.Waiting(MigrationPlan plan, string reason) => Note($"wait {plan.VM}: {reason}");

    void IQueueObserver.Starting(MigrationPlan plan) => Note($"start {plan.VM} {plan.Destination}");

    void IQueueObserver.Progressed(MigrationPlan plan, MigrationSample sample)
    {
    }

    void IQueueObserver.Ended(MigrationResult result) => Note($"end {result.VM} {result.Outcome}");

    void IQueueObserver.NotStarted(MigrationPlan plan, VirtMigrationException error) => Note($"not started {plan.VM} {error.ErrorId}");

    void IEvacuationObserver.TryingAgain(string vm, string why, TimeSpan after) => Note($"again {vm}");

    void IEvacuationObserver.Settled(EvacuatedVm vm) => Results.Enqueue(vm);

    void IEvacuationObserver.Overall(EvacuationProgress progress) => Progress.Enqueue(progress);

    void IEvacuationObserver.Noticed(string notice) => Note($"notice {notice}");

    private void Note(string what)
    {
        lock (_lock)
        {
            _told.Add(what);
        }
    }
}
