using VirtMigration.Inventory;
using VirtMigration.Ports;
using VirtMigration.State;

namespace VirtMigration.Execution;

/// <summary>Takes hosts in: one that is registered has answered, and is no host that is registered already under another name.</summary>
/// <param name="hypervisor">The way to the hosts.</param>
/// <param name="registry">The registered hosts.</param>
/// <param name="inventory">Asks them.</param>
public sealed class HostAdmission(IHypervisor hypervisor, HostRegistry registry, InventoryReader inventory)
{
    /// <summary>Registers a host.</summary>
    /// <param name="host">The host.</param>
    /// <param name="force">Whether it may replace one of the same name, and need not answer.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="VirtMigrationException">HostUnreachable and its like, HostAlreadyRegistered, HostUriTaken or HostUuidTaken.</exception>
    public async Task<VmHost> RegisterAsync(HostRegistration host, bool force, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(host);
        RegistrationRules.Check(host);
        if (!force)
        {
            IHypervisorHost opened = await hypervisor.ConnectAsync(host, cancellationToken);
            await RefuseTwinAsync(host, await opened.GetFactsAsync(cancellationToken), cancellationToken);
        }

        registry.Register(host, replace: force);
        return (await inventory.DescribeAsync([host], cancellationToken))[0];
    }

    private async Task RefuseTwinAsync(HostRegistration host, HostFacts facts, CancellationToken cancellationToken)
    {
        IEnumerable<HostRegistration> others = registry.All().Where(known => !known.Name.Equals(host.Name, StringComparison.OrdinalIgnoreCase));
        VmHost? twin = (await inventory.DescribeAsync(others, cancellationToken)).FirstOrDefault(known => known.Uuid == facts.Uuid);
        if (twin is not null)
        {
            throw new VirtMigrationException("HostUuidTaken",
                $"{host.ConnectUri} is the host '{twin.Name}', which is registered already: both have the UUID {facts.Uuid}.",
                $"Use '{twin.Name}'; or, if they are two hosts cloned from one image, give one a host_uuid of its own in libvirtd.conf.", host.Name);
        }
    }
}
