using VirtMigration.Inventory;
using VirtMigration.Ports;

namespace VirtMigration.State;

/// <summary>The registered hosts and the rules for their names and addresses.</summary>
/// <param name="store">Where they are kept.</param>
public sealed class HostRegistry(IClusterStore store)
{
    private const string Lister = "Get-VmHost";

    /// <summary>Where they are kept.</summary>
    public IClusterStore Store => store;

    /// <summary>All hosts, by name.</summary>
    public IReadOnlyList<HostRegistration> All() =>
        [.. store.Load().Hosts.OrderBy(host => host.Name, StringComparer.OrdinalIgnoreCase)];

    /// <summary>The host with a name, without regard to case.</summary>
    /// <param name="name">The name.</param>
    /// <exception cref="UnknownNameException">HostNotFound, with the nearest names.</exception>
    public HostRegistration Find(string name)
    {
        IReadOnlyList<HostRegistration> all = All();
        return all.FirstOrDefault(host => Same(host.Name, name))
            ?? throw new UnknownNameException("HostNotFound", "host", name, all.Select(host => host.Name), Lister);
    }

    /// <summary>The hosts of a cluster.</summary>
    /// <param name="cluster">Its name, without regard to case.</param>
    /// <exception cref="UnknownNameException">ClusterNotFound, with the nearest names.</exception>
    public IReadOnlyList<HostRegistration> OfCluster(string cluster)
    {
        IReadOnlyList<HostRegistration> all = All();
        List<HostRegistration> found = [.. all.Where(host => Same(host.Cluster, cluster))];
        return found.Count > 0
            ? found
            : throw new UnknownNameException("ClusterNotFound", "cluster", cluster, all.Select(host => host.Cluster).Distinct(), Lister);
    }

    /// <summary>Adds a host, or replaces the one of the same name.</summary>
    /// <param name="host">The host.</param>
    /// <param name="replace">Whether a host of that name may be replaced.</param>
    /// <exception cref="VirtMigrationException">HostNameInvalid, HostUriInvalid, HostAlreadyRegistered or HostUriTaken.</exception>
    public void Register(HostRegistration host, bool replace)
    {
        ArgumentNullException.ThrowIfNull(host);
        RegistrationRules.Check(host);
        store.Update(state =>
        {
            if (!replace && state.Hosts.Any(known => Same(known.Name, host.Name)))
            {
                throw new VirtMigrationException("HostAlreadyRegistered", $"A host '{host.Name}' is registered already.",
                    "Choose another name, or use -Force to replace it.", host.Name);
            }

            HostRegistration? twin = state.Hosts.FirstOrDefault(known => !Same(known.Name, host.Name) && known.ConnectUri == host.ConnectUri);
            return twin is null
                ? state with { Hosts = [.. state.Hosts.Where(known => !Same(known.Name, host.Name)), host] }
                : throw new VirtMigrationException("HostUriTaken", $"{host.ConnectUri} is registered already, as host '{twin.Name}'.",
                    $"Use '{twin.Name}', or unregister it first.", host.Name);
        });
    }

    /// <summary>Removes a host, and the record of its maintenance with it; its VMs are not touched.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="UnknownNameException">HostNotFound.</exception>
    public void Unregister(string name)
    {
        HostRegistration host = Find(name);
        store.Update(state => state with
        {
            Hosts = [.. state.Hosts.Where(known => !Same(known.Name, host.Name))],
            Maintenances = [.. state.Maintenances.Where(record => !Same(record.Host, host.Name))],
        });
    }

    private static bool Same(string left, string right) => left.Equals(right, StringComparison.OrdinalIgnoreCase);
}
