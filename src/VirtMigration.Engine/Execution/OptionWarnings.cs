using VirtMigration.Inventory;
using VirtMigration.Options;
using VirtMigration.Placement;
using VirtMigration.Planning;
using VirtMigration.Ports;
using VirtMigration.State;

namespace VirtMigration.Execution;

/// <summary>What should be known before a VM's options are set. Reads only.</summary>
/// <param name="hypervisor">The way to the hosts.</param>
/// <param name="registry">The registered hosts.</param>
internal sealed class OptionWarnings(IHypervisor hypervisor, HostRegistry registry)
{
    // A VM that does not run can state where it will; that nothing can be migrated now is no word on a host.
    private static readonly string[] s_notOfTheHost = ["VmNotRunning", "SameHost"];

    /// <summary>The warnings.</summary>
    /// <param name="vm">The VM.</param>
    /// <param name="typed">What is set now.</param>
    /// <param name="after">What the VM will state.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyList<string>> OfAsync(
        VirtualMachine vm, VmMigrationOptions typed, VmMigrationOptions after, CancellationToken cancellationToken)
    {
        List<string> warnings = [];
        if (after.MigrationMode == MigrationMode.ManualAndAutomatic && (typed.MigrationMode is not null || typed.HighPerformance == true))
        {
            warnings.AddRange(await ModeAsync(vm, after, cancellationToken));
        }

        if (typed.AssignedHosts is not null && after.AssignedHosts is HostNames assigned)
        {
            warnings.AddRange(await AssignedAsync(vm, assigned, after, cancellationToken));
        }

        if (typed.ExcludedHosts is not null && after.ExcludedHosts is HostNames excluded)
        {
            warnings.AddRange(Excluded(vm, excluded));
        }

        if (typed.PreferredHosts is not null || typed.AssignedHosts is not null || typed.ExcludedHosts is not null)
        {
            warnings.AddRange(Preferred(vm, after));
        }

        return warnings;
    }

    private async Task<IEnumerable<string>> ModeAsync(VirtualMachine vm, VmMigrationOptions after, CancellationToken cancellationToken)
    {
        IHypervisorHost host = await hypervisor.ConnectAsync(registry.Find(vm.Host), cancellationToken);
        VmDefinition definition = await host.GetDefinitionAsync(vm.Uuid, cancellationToken) with { Options = after };
        IReadOnlyList<string> pinnedBy = EffectiveMigrationMode.Of(definition, new OptionCatalog(registry.Store).Of(vm.Cluster)).PinnedBy;
        return pinnedBy.Count == 0
            ? []
            : [$"VM '{vm.Name}': {string.Join(", ", pinnedBy)}; with ManualAndAutomatic automatic flows migrate it too, and what it is tied to may not be there"];
    }

    private async Task<IEnumerable<string>> AssignedAsync(VirtualMachine vm, HostNames assigned, VmMigrationOptions after, CancellationToken cancellationToken)
    {
        List<string> warnings = [];
        if (!assigned.Contains(vm.Host))
        {
            warnings.Add($"VM '{vm.Name}' is on {vm.Host}, which is none of its assigned hosts ({assigned}); nothing moves it by itself");
        }

        if (assigned.Names is [string only])
        {
            warnings.Add(Same(only, vm.Host)
                ? $"VM '{vm.Name}' has no assigned host but {only}, where it is: it can go nowhere then"
                : $"VM '{vm.Name}' has no assigned host but {only}: once there, it can go nowhere else");
        }

        string[] destinations = [.. assigned.Names.Where(name => !Same(name, vm.Host) && registry.All().Any(host => Same(host.Name, name)))];
        if (destinations.Length == 0)
        {
            return warnings;
        }

        try
        {
            // Whether anybody may migrate it, and where others are now, is another matter than where it could be.
            DestinationAssessor assessor = new(hypervisor, registry)
            {
                Stated = after.MigrationMode == MigrationMode.NotMigratable ? after with { MigrationMode = null } : after,
            };
            foreach (DestinationReport report in (await assessor.AssessAsync(vm, new PlanOptions { IgnoreAffinity = true }, destinations, cancellationToken)).OrderBy(report => report.Destination, StringComparer.OrdinalIgnoreCase))
            {
                DestinationFinding[] blockers = [.. report.Findings.Where(finding => finding.Severity == FindingSeverity.Blocker && !s_notOfTheHost.Contains(finding.Id))];
                if (blockers.Length > 0)
                {
                    string more = blockers.Length == 1 ? string.Empty : $" (and {blockers.Length - 1} more: Test-MigrationDestination {vm.Name} {report.Destination})";
                    warnings.Add($"VM '{vm.Name}' could not go to its assigned host {report.Destination} now: needs {blockers[0].Required}, {blockers[0].Present}{more}");
                }
            }
        }
        catch (HypervisorException error)
        {
            warnings.Add($"whether VM '{vm.Name}' could go to {string.Join(", ", destinations)} was not checked: {error.Message}");
        }

        return warnings;
    }

    private IEnumerable<string> Excluded(VirtualMachine vm, HostNames excluded)
    {
        if (excluded.Contains(vm.Host))
        {
            yield return $"VM '{vm.Name}' is on {vm.Host}, which is one of its excluded hosts ({excluded}); nothing moves it by itself";
        }

        if (registry.OfCluster(vm.Cluster).All(host => Same(host.Name, vm.Host) || excluded.Contains(host.Name)))
        {
            yield return $"VM '{vm.Name}' is excluded from every other host of cluster '{vm.Cluster}': it can go nowhere then";
        }
    }

    private static IEnumerable<string> Preferred(VirtualMachine vm, VmMigrationOptions after)
    {
        string[] vain = [.. (after.PreferredHosts?.Names ?? []).Where(name => after.ExcludedHosts?.Contains(name) == true || after.AssignedHosts?.Contains(name) == false)];
        return vain.Length == 0 ? [] : [$"VM '{vm.Name}' prefers {string.Join(", ", vain)}, where it may not be"];
    }

    private static bool Same(string left, string right) => left.Equals(right, StringComparison.OrdinalIgnoreCase);
}
