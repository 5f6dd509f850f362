using VirtMigration.Inventory;
using VirtMigration.Options;
using VirtMigration.Planning;
using VirtMigration.Policies;
using VirtMigration.Ports;
using VirtMigration.State;

namespace VirtMigration.Execution;

/// <summary>Reads and changes migration options and policies. Every change is first proposed, which checks it against every VM that it
/// touches and changes nothing.</summary>
/// <param name="hypervisor">The way to the hosts.</param>
/// <param name="registry">The registered hosts.</param>
public sealed class OptionEditor(IHypervisor hypervisor, HostRegistry registry)
{
    /// <summary>What a cluster's options come to.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <exception cref="UnknownNameException">ClusterNotFound.</exception>
    public ClusterMigrationOption Read(string cluster) =>
        ClusterMigrationOption.From(new OptionCatalog(registry.Store).Of(registry.OfCluster(cluster)[0].Cluster));

    /// <summary>Checks a change of a cluster's options.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="change">The change.</param>
    /// <param name="force">Whether it may be made although hosts do not answer, so that not every VM can be checked.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VirtMigrationException">ClusterNotFound, PolicyNotFound, OptionConflict, HostsSilent, MigrationAddressOutsideNetwork,
    /// or what <see cref="OptionRules"/> finds.</exception>
    public async Task<OptionChange> ProposeAsync(
        string cluster, Func<ClusterMigrationOptions, ClusterMigrationOptions> change, bool force, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(change);
        IReadOnlyList<HostRegistration> hosts = registry.OfCluster(cluster);
        ClusterState state = registry.Store.Load();
        ClusterMigrationOptions before = OptionCatalog.Of(state, hosts[0].Cluster);
        ClusterMigrationOptions after = change(before);
        IReadOnlyList<MigrationPolicy> policies = PolicyCatalog.Of(state);
        _ = after.Policy is null || after.Policy == before.Policy ? null : PolicyCatalog.Find(policies, after.Policy);
        OptionRules.Check(after);
        if (after.MigrationNetwork is string network && network != before.MigrationNetwork)
        {
            RequireWithin(network, hosts, after.Cluster);
        }

        List<string> warnings = [];
        bool canConflict = after.Policy != before.Policy || after.ParallelConnections != before.ParallelConnections || after.ParallelAllowed != before.ParallelAllowed;
        if (canConflict)
        {
            await RequireNoConflictAsync([(after, hosts)], policies, after.Cluster, force, warnings, cancellationToken);
        }

        return new($"cluster '{after.Cluster}'", OptionText.Of(before), OptionText.Of(after), warnings);
    }

    /// <summary>Makes a change of a cluster's options that was proposed.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="change">The change.</param>
    public ClusterMigrationOption Apply(string cluster, Func<ClusterMigrationOptions, ClusterMigrationOptions> change) =>
        ClusterMigrationOption.From(new OptionCatalog(registry.Store).Set(registry.OfCluster(cluster)[0].Cluster, change));

    /// <summary>What a VM states, and what counts for it.</summary>
    /// <param name="vm">The VM.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<VmMigrationOption> ReadAsync(VirtualMachine vm, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(vm);
        IHypervisorHost host = await hypervisor.ConnectAsync(registry.Find(vm.Host), cancellationToken);
        ClusterState state = registry.Store.Load();
        VmDefinition definition = await host.GetDefinitionAsync(vm.Uuid, cancellationToken) with { Options = await host.GetVmOptionsAsync(vm.Uuid, cancellationToken) };
        return VmMigrationOption.From(vm, definition, OptionCatalog.Of(state, vm.Cluster), PolicyCatalog.Of(state));
    }

    /// <summary>Checks a change of a VM's options.</summary>
    /// <param name="vm">The VM.</param>
    /// <param name="change">The change.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VirtMigrationException">PolicyNotFound, HostNotFound, OptionConflict, VmIsMigrating, VmOptionsTooNew, or what
    /// <see cref="OptionRules"/> finds.</exception>
    public async Task<OptionChange> ProposeAsync(
        VirtualMachine vm, Func<VmMigrationOptions, VmMigrationOptions> change, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(vm);
        ArgumentNullException.ThrowIfNull(change);
        IHypervisorHost host = await hypervisor.ConnectAsync(registry.Find(vm.Host), cancellationToken);
        VmMigrationOptions before = await host.GetVmOptionsAsync(vm.Uuid, cancellationToken);
        VmMigrationOptions after = HostLists.Settle(change(before) with { Problem = null }, before, registry.OfCluster(vm.Cluster), vm.Cluster);
        ClusterState state = registry.Store.Load();
        IReadOnlyList<MigrationPolicy> policies = PolicyCatalog.Of(state);
        _ = after.Policy is null || after.Policy == before.Policy ? null : PolicyCatalog.Find(policies, after.Policy);
        OptionRules.Check(after, vm.Name);
        await host.RequireVmOptionsSettableAsync(vm.Uuid, after, cancellationToken);
        if (OptionConflicts.Of(vm.Name, vm.Host, after, OptionCatalog.Of(state, vm.Cluster), policies) is OptionConflict conflict)
        {
            throw new OptionConflictException([conflict], vm.Name);
        }

        // What it makes of a VM that states nothing is what was typed.
        VmMigrationOptions typed = change(VmMigrationOptions.Empty);
        IReadOnlyList<string> warnings = await new OptionWarnings(hypervisor, registry).OfAsync(vm, typed, after, cancellationToken);
        return new($"VM '{vm.Name}'", OptionText.Of(before), OptionText.Of(after), [.. before.Problem is string problem ? [problem] : Array.Empty<string>(), .. warnings]);
    }

    /// <summary>Makes a change of a VM's options that was proposed, on what the VM states now.</summary>
    /// <param name="vm">The VM.</param>
    /// <param name="change">The change.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<VmMigrationOption> ApplyAsync(
        VirtualMachine vm, Func<VmMigrationOptions, VmMigrationOptions> change, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(vm);
        ArgumentNullException.ThrowIfNull(change);
        IHypervisorHost host = await hypervisor.ConnectAsync(registry.Find(vm.Host), cancellationToken);
        VmMigrationOptions now = await host.GetVmOptionsAsync(vm.Uuid, cancellationToken);
        VmMigrationOptions after = HostLists.Settle(change(now) with { Problem = null }, now, registry.OfCluster(vm.Cluster), vm.Cluster);
        OptionRules.Check(after, vm.Name);
        await host.SetVmOptionsAsync(vm.Uuid, after, cancellationToken);
        return await ReadAsync(vm, cancellationToken);
    }

    /// <summary>Checks a policy that is to replace the one of its name against everything that uses it.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="force">Whether it may be replaced although hosts do not answer.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What should be known before it is replaced.</returns>
    /// <exception cref="VirtMigrationException">PolicyNotFound, PolicyBuiltIn, OptionConflict, HostsSilent, or what
    /// <see cref="PolicyRules"/> finds.</exception>
    public async Task<IReadOnlyList<string>> ProposeAsync(MigrationPolicy policy, bool force, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(policy);
        PolicyRules.Check(policy);
        ClusterState state = registry.Store.Load();
        MigrationPolicy before = PolicyCatalog.Find(PolicyCatalog.Of(state), policy.Name);
        PolicyCatalog.RequireOwn(before);
        List<string> warnings = [];
        if (before.PostCopy() != policy.PostCopy() || before.ZeroCopy != policy.ZeroCopy)
        {
            IReadOnlyList<MigrationPolicy> after = [.. PolicyCatalog.Of(state).Select(one => Same(one.Name, policy.Name) ? policy : one)];
            await RequireNoConflictAsync(Clusters(state), after, policy.Name, force, warnings, cancellationToken);
        }

        return warnings;
    }

    /// <summary>Throws for a policy that cannot be removed, naming everything that uses it.</summary>
    /// <param name="name">The policy.</param>
    /// <param name="force">Whether it may be removed although hosts do not answer.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What should be known before it is removed.</returns>
    /// <exception cref="VirtMigrationException">PolicyNotFound, PolicyBuiltIn, PolicyInUse or HostsSilent.</exception>
    public async Task<IReadOnlyList<string>> RequireUnusedAsync(string name, bool force, CancellationToken cancellationToken)
    {
        ClusterState state = registry.Store.Load();
        MigrationPolicy policy = PolicyCatalog.Find(PolicyCatalog.Of(state), name);
        PolicyCatalog.RequireOwn(policy);

        // What a cluster without hosts states counts for nobody, and could not be taken back: no command finds it.
        List<string> users = [.. Clusters(state).Where(one => one.Options.Policy is string used && Same(used, policy.Name)).Select(one => $"cluster '{one.Options.Cluster}'")];
        List<string> warnings = [];
        foreach ((VirtualMachine vm, VmMigrationOptions options) in await VmsAsync(registry.All(), policy.Name, force, warnings, cancellationToken))
        {
            if (options.Policy is string used && Same(used, policy.Name))
            {
                users.Add($"VM '{vm.Name}' on {vm.Host}");
            }
        }

        return users.Count == 0
            ? warnings
            : throw new VirtMigrationException("PolicyInUse", $"Policy {policy.Name} is in use by {string.Join(", ", users)}.",
                "Give them another one first: Set-VmMigrationOption <vm> -Policy ClusterValue, Set-ClusterMigrationOption <cluster> -Policy Default.", policy.Name);
    }

    private IReadOnlyList<(ClusterMigrationOptions Options, IReadOnlyList<HostRegistration> Hosts)> Clusters(ClusterState state) =>
    [
        .. registry.All()
            .GroupBy(host => host.Cluster, StringComparer.OrdinalIgnoreCase)
            .Select(group => (OptionCatalog.Of(state, group.Key), (IReadOnlyList<HostRegistration>)[.. group])),
    ];

    private async Task RequireNoConflictAsync(
        IReadOnlyList<(ClusterMigrationOptions Options, IReadOnlyList<HostRegistration> Hosts)> clusters,
        IReadOnlyList<MigrationPolicy> policies,
        string target,
        bool force,
        List<string> warnings,
        CancellationToken cancellationToken)
    {
        List<OptionConflict> conflicts = [];
        foreach ((ClusterMigrationOptions options, IReadOnlyList<HostRegistration> hosts) in clusters)
        {
            conflicts.AddRange(new[] { OptionConflicts.Of(null, null, VmMigrationOptions.Empty, options, policies) }.OfType<OptionConflict>());
            foreach ((VirtualMachine vm, VmMigrationOptions own) in await VmsAsync(hosts, target, force, warnings, cancellationToken))
            {
                conflicts.AddRange(new[] { OptionConflicts.Of(vm.Name, vm.Host, own, options, policies) }.OfType<OptionConflict>());
            }
        }

        if (conflicts.Count > 0)
        {
            throw new OptionConflictException(conflicts, target);
        }
    }

    // Every VM that the hosts know, running or not, once, with what it states.
    private async Task<IReadOnlyList<(VirtualMachine Vm, VmMigrationOptions Options)>> VmsAsync(
        IReadOnlyList<HostRegistration> hosts, string target, bool force, List<string> warnings, CancellationToken cancellationToken)
    {
        Dictionary<Guid, (VirtualMachine, VmMigrationOptions)> found = [];
        List<string> silent = [];
        foreach ((HostRegistration host, Task<List<(VirtualMachine, VmMigrationOptions)>> reading) in
            hosts.Select(host => (host, VmsAsync(host, cancellationToken))).ToList())
        {
            try
            {
                foreach ((VirtualMachine vm, VmMigrationOptions options) in await reading)
                {
                    found.TryAdd(vm.Uuid, (vm, options));
                }
            }
            catch (HypervisorException error)
            {
                silent.Add($"{host.Name} ({error.Message.TrimEnd('.')})");
            }
        }

        if (silent.Count > 0)
        {
            string who = string.Join("; ", silent);
            if (!force)
            {
                throw new VirtMigrationException("HostsSilent", $"Not every VM can be checked, for these hosts do not answer: {who}.",
                    "See to it that they answer (Get-VmHost), or use -Force to change it all the same.", target);
            }

            warnings.Add($"the VMs of these hosts were not checked, for they do not answer: {who}");
        }

        return [.. found.Values.OrderBy(pair => pair.Item1.Name, StringComparer.OrdinalIgnoreCase)];
    }

    private async Task<List<(VirtualMachine, VmMigrationOptions)>> VmsAsync(HostRegistration registration, CancellationToken cancellationToken)
    {
        IHypervisorHost host = await hypervisor.ConnectAsync(registration, cancellationToken);
        IReadOnlyList<VirtualMachine> vms = await host.ListAsync(cancellationToken);
        Dictionary<Guid, VmMigrationOptions> stated = (await host.ListVmOptionsAsync(cancellationToken)).ToDictionary(one => one.Vm, one => one.Options);
        return [.. vms.Select(vm => (vm, stated.GetValueOrDefault(vm.Uuid) ?? VmMigrationOptions.Empty))];
    }

    private static void RequireWithin(string network, IReadOnlyList<HostRegistration> hosts, string cluster)
    {
        List<string> outside = [];
        foreach (HostRegistration host in hosts)
        {
            try
            {
                MigrationAddressRule.RequireWithin(network, host);
            }
            catch (VirtMigrationException error) when (error.ErrorId == "MigrationAddressOutsideNetwork")
            {
                outside.Add($"{host.Name} ({host.MigrationAddress ?? "none"})");
            }
        }

        if (outside.Count > 0)
        {
            throw new VirtMigrationException("MigrationAddressOutsideNetwork",
                $"Memory cannot be kept to {network}: these hosts of cluster '{cluster}' have no migration address in it: {string.Join(", ", outside)}.",
                "Register their addresses first, each: Get-VmHost <name> | Register-VmHost -MigrationAddress <address> -Force (which keeps the rest).", cluster);
        }
    }

    private static bool Same(string left, string right) => left.Equals(right, StringComparison.OrdinalIgnoreCase);
}
