using VirtMigration.Inventory;

namespace VirtMigration.Execution;

/// <summary>Finds the migration of a VM.</summary>
internal static class MigrationSearch
{
    /// <summary>Finds it, on the host that the VM leaves.</summary>
    /// <param name="lister">Lists what is under way.</param>
    /// <param name="vm">The VM.</param>
    /// <param name="hosts">The hosts to look on.</param>
    /// <param name="advice">What to do where there is none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VirtMigrationException">MigrationNotFound: no host that answers shows it.</exception>
    public static async Task<VmMigration> FindAsync(
        MigrationLister lister, VirtualMachine vm, IReadOnlyList<HostRegistration> hosts, string advice, CancellationToken cancellationToken)
    {
        (IReadOnlyList<VmMigration> all, IReadOnlyList<HypervisorException> errors) = await lister.ListAsync(hosts, cancellationToken);
        return Of(all, vm) ?? throw NotFound(vm, errors, advice);
    }

    /// <summary>The migration of a VM among those that are under way; null: there is none.</summary>
    public static VmMigration? Of(IReadOnlyList<VmMigration> all, VirtualMachine vm) => all.FirstOrDefault(one => one.Uuid == vm.Uuid && one.Source is not null);

    /// <summary>The error. A source that is silent must not be read as a VM that stands still.</summary>
    private static VirtMigrationException NotFound(VirtualMachine vm, IReadOnlyList<HypervisorException> errors, string advice)
    {
        if (errors.Count == 0)
        {
            return new("MigrationNotFound", $"VM '{vm.Name}' is not being migrated.", advice, vm.Name);
        }

        string silent = Names(errors);
        return new("MigrationNotFound",
            $"No host that answered shows VM '{vm.Name}' leaving it, and whether {silent} does is not known: {errors[0].Message}",
            $"See to it that {silent} answers, then repeat. What the others show: Get-VmMigration.", vm.Name, errors[0]);
    }

    /// <summary>The hosts that did not answer.</summary>
    public static string Names(IReadOnlyList<HypervisorException> errors) => string.Join(", ", errors.Select(error => error.Host));
}
