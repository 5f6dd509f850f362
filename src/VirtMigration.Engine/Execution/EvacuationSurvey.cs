using System.Collections.Concurrent;
using VirtMigration.Evacuation;
using VirtMigration.Inventory;
using VirtMigration.Options;
using VirtMigration.Ports;
using VirtMigration.Readiness;
using VirtMigration.State;
using VirtMigration.Units;

namespace VirtMigration.Execution;

/// <summary>Reads all that the plan of an evacuation is made from, all hosts at once. Reads only.</summary>
/// <param name="registry">The registered hosts.</param>
/// <param name="pictures">What hosts say.</param>
/// <param name="ledger">The VMs that are on their way.</param>
/// <param name="history">The runs that were recorded.</param>
internal sealed class EvacuationSurvey(HostRegistry registry, HostPictures pictures, PlacementLedger ledger, IMigrationHistory history)
{
    // The last few say how fast the links are now; of one alone a slow guest might be the reason.
    private const int RunsToGoBy = 20;

    // Of one connection's five requests at a time, one is left for those who watch what is under way (max_client_requests, libvirtd.conf).
    private const int DefinitionsAtOnce = 4;

    private readonly ConcurrentDictionary<Guid, VmDefinition> _definitions = [];
    private Bandwidth? _measured;
    private bool _measuredRead;

    /// <summary>Asks all hosts anew the next time; definitions of VMs are kept, for each VM's own is read again at its turn.</summary>
    public void ForgetHosts() => pictures.ForgetAll();

    /// <summary>Reads the definitions anew too.</summary>
    public void ForgetAll()
    {
        pictures.ForgetAll();
        _definitions.Clear();
    }

    /// <summary>The situation.</summary>
    /// <param name="request">What was asked for.</param>
    /// <param name="settled">VMs that are not looked at any more.</param>
    /// <param name="tried">Hosts that VMs were tried on in vain.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VirtMigrationException">HostNotFound, LastHostOfCluster, DestinationIsSource; or the host does not answer.</exception>
    public async Task<EvacuationSituation> ReadAsync(
        EvacuationRequest request, IReadOnlySet<Guid> settled, IReadOnlyDictionary<Guid, IReadOnlyList<string>> tried, CancellationToken cancellationToken)
    {
        HostRegistration source = registry.Find(request.Host);
        HostRegistration[] targets = TargetsOf(request, source);
        ClusterState state = registry.Store.Load();

        // All at once: whoever is slow holds nobody up.
        Dictionary<string, Task<HostPicture>> reading = targets.ToDictionary(host => host.Name, host => pictures.OfAsync(host, cancellationToken), StringComparer.OrdinalIgnoreCase);
        HostPicture home = await pictures.OfAsync(source, cancellationToken);
        List<EvacuationGuest> guests = await GuestsAsync(home.Host, request.IncludeStopped, settled, cancellationToken);
        List<HostPicture> answered = [];
        List<(string Host, HypervisorException Error)> silent = [];
        foreach ((string name, Task<HostPicture> picture) in reading)
        {
            try
            {
                answered.Add(await picture);
            }
            catch (HypervisorException error)
            {
                silent.Add((name, error));
            }
        }

        AffinityGroup[] groups = [.. AffinityCatalog.Of(state).Where(group => Same(group.Cluster, source.Cluster))];
        return new()
        {
            Source = home.Inventory,
            SourceSurroundings = home.Surroundings,
            Guests = guests,
            Targets = [.. answered.Select(host => TargetOf(host, state))],
            Silent = silent,
            Cpus = await CpusAsync(answered, guests, cancellationToken),
            Cluster = OptionCatalog.Of(state, source.Cluster),
            Policies = PolicyCatalog.Of(state),
            Groups = groups,
            Whereabouts = Whereabouts(groups, [home, .. answered]),
            Parameters = request.Parameters with { Destination = null, Destinations = request.Destinations },
            Automatic = request.Automatic,
            ManualDeclined = request.ManualDeclined,
            MeasuredRate = await MeasuredAsync(source.Name, cancellationToken),
            Tried = tried,
        };
    }

    private HostRegistration[] TargetsOf(EvacuationRequest request, HostRegistration source)
    {
        if (request.Destinations is not IReadOnlyList<string> named)
        {
            HostRegistration[] others =
            [
                .. registry.OfCluster(source.Cluster).Where(host => !Same(host.Name, source.Name) && !request.AlsoLeaving.Any(leaving => Same(leaving, host.Name))),
            ];
            return others.Length > 0 ? others : throw EvacuationErrors.LastHost(source, request.AlsoLeaving);
        }

        HostRegistration[] hosts = [.. named.Select(registry.Find).DistinctBy(host => host.Name, StringComparer.OrdinalIgnoreCase)];
        return hosts.FirstOrDefault(host => Same(host.Name, source.Name)) is HostRegistration itself ? throw EvacuationErrors.DestinationIsSource(itself) : hosts;
    }

    private async Task<List<EvacuationGuest>> GuestsAsync(IHypervisorHost host, bool stoppedToo, IReadOnlySet<Guid> settled, CancellationToken cancellationToken)
    {
        Task<IReadOnlyList<VirtualMachine>> listing = host.ListAsync(cancellationToken);
        Task<IReadOnlyList<ActiveMigration>> moving = host.ListMigrationsAsync(cancellationToken);
        await Task.WhenAll(listing, moving);
        Dictionary<Guid, ActiveMigration> underWay = (await moving).GroupBy(one => one.Vm).ToDictionary(its => its.Key, its => its.First());
        VirtualMachine[] vms =
        [
            .. (await listing).Where(vm => !settled.Contains(vm.Uuid) && !ProbeName.Is(vm.Name, vm.Uuid)
                && (vm.State is not (VmPowerState.ShutOff or VmPowerState.Crashed) || (stoppedToo && vm.Persistent))),
        ];
        ConcurrentBag<EvacuationGuest> guests = [];
        await Parallel.ForEachAsync(vms, new ParallelOptions { MaxDegreeOfParallelism = DefinitionsAtOnce, CancellationToken = cancellationToken }, async (vm, token) =>
        {
            if (await DefinitionAsync(host, vm, token) is VmDefinition definition)
            {
                guests.Add(new(vm, definition) { UnderWay = underWay.TryGetValue(vm.Uuid, out ActiveMigration? job) ? Describe(job) : null });
            }
        });
        return [.. guests.OrderBy(guest => guest.Vm.Name, StringComparer.OrdinalIgnoreCase).ThenBy(guest => guest.Vm.Uuid)];
    }

    private async Task<VmDefinition?> DefinitionAsync(IHypervisorHost host, VirtualMachine vm, CancellationToken cancellationToken)
    {
        if (_definitions.TryGetValue(vm.Uuid, out VmDefinition? known))
        {
            return known;
        }

        try
        {
            return _definitions[vm.Uuid] = await host.GetDefinitionAsync(vm.Uuid, cancellationToken);
        }
        catch (HypervisorException error) when (error.Fault == HypervisorFault.VmNotFound)
        {
            // It left in this moment.
            return null;
        }
    }

    private static string Describe(ActiveMigration job) => job.Direction == MigrationDirection.Incoming
        ? "it is on its way to this host"
        : job.Broken ? "its post-copy broke: Resume-VmMigration" : "its migration is under way";

    private EvacuationTarget TargetOf(HostPicture host, ClusterState state) => new(host.Inventory, host.Surroundings, host.Load)
    {
        Reserved = ledger.On(host.Inventory.Name, host.Load.Vms, Guid.Empty),
        Maintenance = state.Maintenances.FirstOrDefault(one => Same(one.Host, host.Inventory.Name)),
    };

    // The word does not depend on the machine type, except that a host that does not know it gives none.
    private async Task<Dictionary<(string Host, string Cpu), CpuComparison>> CpusAsync(
        List<HostPicture> hosts, List<EvacuationGuest> guests, CancellationToken cancellationToken)
    {
        VmDefinition[] different = [.. guests.Select(guest => guest.Definition).Where(vm => vm.Cpu.Text is not null).DistinctBy(vm => (vm.Cpu.Text, vm.Architecture, vm.MachineType))];
        var asking = hosts.SelectMany(host => different.Select(vm => (Host: host.Inventory.Name, Cpu: vm.Cpu.Text!, Word: pictures.CompareAsync(host, vm, cancellationToken)))).ToArray();
        Dictionary<(string Host, string Cpu), CpuComparison> words = [];
        foreach ((string host, string cpu, Task<CpuComparison?> asked) in asking)
        {
            if (await asked is CpuComparison word && (!words.TryGetValue((host, cpu), out CpuComparison? before) || before.Fits is null))
            {
                words[(host, cpu)] = word;
            }
        }

        return words;
    }

    // A VM on its way counts where it is to be.
    private Dictionary<Guid, string> Whereabouts(IReadOnlyList<AffinityGroup> groups, IReadOnlyList<HostPicture> hosts)
    {
        HashSet<Guid> members = [.. groups.SelectMany(group => group.Vms).Select(member => member.Uuid)];
        Dictionary<Guid, string> found = [];
        foreach (HostPicture host in hosts)
        {
            foreach (Guid vm in host.Load.Vms.Where(members.Contains))
            {
                found[vm] = host.Inventory.Name;
            }
        }

        foreach ((Guid vm, string host) in ledger.All().Where(one => members.Contains(one.Vm)))
        {
            found[vm] = host;
        }

        return found;
    }

    private async Task<Bandwidth?> MeasuredAsync(string host, CancellationToken cancellationToken)
    {
        if (_measuredRead)
        {
            return _measured;
        }

        List<Bandwidth> rates = [];
        try
        {
            HistoryQuery query = new() { Sources = [host], EndStates = [MigrationEndState.Moved], Last = RunsToGoBy };
            await foreach (MigrationRecord run in history.ReadAsync(query, static _ => { }, cancellationToken))
            {
                rates.AddRange(run.Throughput is Bandwidth rate && rate.BitsPerSecond > 0 ? [rate] : []);
            }
        }
        catch (VirtMigrationException)
        {
            // It only makes the estimate better.
        }

        rates.Sort();
        _measured = rates.Count == 0 ? null : rates[rates.Count / 2];
        _measuredRead = true;
        return _measured;
    }

    private static bool Same(string left, string right) => left.Equals(right, StringComparison.OrdinalIgnoreCase);
}
