using VirtMigration.Inventory;
using VirtMigration.Placement;
using VirtMigration.Planning;
using VirtMigration.Ports;
using VirtMigration.State;

namespace VirtMigration.Execution;

/// <summary>Gathers what a plan is made from, over the ports, and has it made. Reads only.</summary>
/// <param name="hypervisor">The way to the hosts.</param>
/// <param name="registry">The registered hosts.</param>
/// <param name="operatorName">Who asks, as <c>alice@ops1</c>.</param>
public sealed class PlanMaker(IHypervisor hypervisor, HostRegistry registry, string operatorName)
{
    /// <summary>The plan for a VM, with the hosts to run it on.</summary>
    /// <param name="vm">The VM as it was listed; its state is read again.</param>
    /// <param name="options">What is asked for.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VirtMigrationException">The hosts or the VM cannot be read, no destination fits, or the request cannot be
    /// planned.</exception>
    public async Task<MigrationRun> MakeAsync(VirtualMachine vm, PlanOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(vm);
        ArgumentNullException.ThrowIfNull(options);

        ClusterState state = registry.Store.Load();

        // A destination that does not exist is said before any host is asked.
        HostRegistration? named = options.Destination is string name ? registry.Find(name) : null;
        HostRegistration sourceRegistration = registry.Find(vm.Host);
        IHypervisorHost source = await hypervisor.ConnectAsync(sourceRegistration, cancellationToken);
        VirtualMachine current = await CurrentAsync(vm, source, cancellationToken);
        RequestRules.VmMustRun(current);
        Task<VmDefinition> reading = source.GetDefinitionAsync(vm.Uuid, cancellationToken);
        Task<HostFacts> knowing = source.GetFactsAsync(cancellationToken);
        HostInventory sourceInventory = new(sourceRegistration, await knowing);
        VmDefinition definition = await reading;
        RequestRules.VmMustBeMigratable(current, definition, OptionCatalog.Of(state, sourceRegistration.Cluster));

        HostInventory destination = named is null
            ? await ChooseAsync(current, definition, sourceInventory, cancellationToken)
            : await RequireAsync(named, current, definition, sourceInventory, cancellationToken);
        MigrationPlan plan = MigrationPlanner.Plan(new()
        {
            Vm = current,
            Definition = definition,
            Source = sourceInventory,
            Destination = destination,
            Parameters = options,
            Cluster = OptionCatalog.Of(state, sourceRegistration.Cluster),
            Policies = PolicyCatalog.Of(state),
            DestinationOrigin = named is null ? SettingOrigin.Default : SettingOrigin.Parameter,
        });
        return new(plan, source, await hypervisor.ConnectAsync(destination.Registration, cancellationToken), operatorName);
    }

    // What came down the pipeline may be minutes old.
    private static async Task<VirtualMachine> CurrentAsync(VirtualMachine vm, IHypervisorHost source, CancellationToken cancellationToken)
    {
        VmObservation now = await source.ObserveAsync(vm.Uuid, cancellationToken);
        if (!now.Answered)
        {
            throw new VirtMigrationException("HostUnreachable", $"Host {vm.Host} did not answer: {now.Error}",
                $"See to it that {source.Registration.ConnectUri} answers, then try again.", vm.Name);
        }

        return !now.Present
            ? throw new VirtMigrationException("VmNotFound", $"VM '{vm.Name}' ({vm.Uuid}) is not on {vm.Host} any more.",
                $"List it again: Get-VM {vm.Name}.", vm.Name)
            : now.JobRunning
                ? throw PreparedVm.AlreadyUnderWay(vm.Name, vm.Host)
                : vm with { State = now.State, Reason = now.Reason, Persistent = now.Persistent };
    }

    private async Task<HostInventory> RequireAsync(
        HostRegistration named, VirtualMachine vm, VmDefinition definition, HostInventory source, CancellationToken cancellationToken)
    {
        HostInventory destination = await ReadAsync(named, cancellationToken);
        DestinationSelector.Require(new(vm, definition, source, destination));
        return destination;
    }

    private async Task<HostInventory> ChooseAsync(VirtualMachine vm, VmDefinition definition, HostInventory source, CancellationToken cancellationToken)
    {
        Dictionary<string, string> silent = [];
        List<Task<HostInventory>> reading =
        [
            .. registry.OfCluster(source.Registration.Cluster)
                .Where(host => !host.Name.Equals(source.Name, StringComparison.OrdinalIgnoreCase))
                .Select(host => ReadAsync(host, cancellationToken)),
        ];
        List<HostInventory> answered = [];
        foreach (Task<HostInventory> one in reading)
        {
            try
            {
                answered.Add(await one);
            }
            catch (HypervisorException error)
            {
                silent[error.Host] = error.Message;
            }
        }

        return DestinationSelector.Choose(vm, definition, source, answered, silent);
    }

    private async Task<HostInventory> ReadAsync(HostRegistration host, CancellationToken cancellationToken)
    {
        IHypervisorHost opened = await hypervisor.ConnectAsync(host, cancellationToken);
        return new(host, await opened.GetFactsAsync(cancellationToken));
    }
}
