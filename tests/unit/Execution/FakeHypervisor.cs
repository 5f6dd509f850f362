using VirtMigration.Inventory;
using VirtMigration.Ports;

namespace VirtMigration.UnitTests.Execution;

/// <summary>The way to hosts in memory, of which some may not answer.</summary>
internal sealed class FakeHypervisor(params FakeHost[] hosts) : IHypervisor
{
    /// <summary>The hosts that cannot be reached.</summary>
    public HashSet<string> Silent { get; } = [];

    public Task<IHypervisorHost> ConnectAsync(HostRegistration host, CancellationToken cancellationToken)
    {
        FakeHost found = hosts.Single(one => one.Registration.Name == host.Name);
        return Silent.Contains(host.Name)
            ? Task.FromException<IHypervisorHost>(found.Fault(HypervisorFault.Unreachable, $"no route to {host.Name}."))
            : Task.FromResult<IHypervisorHost>(found);
    }
}
