using VirtMigration.Inventory;

namespace VirtMigration.Ports;

/// <summary>The way to hosts. One a process.</summary>
public interface IHypervisor
{
    /// <summary>Opens a host, or returns the open one. Bounded: a host that does not answer is an error within the bound.</summary>
    /// <param name="host">The host's addresses.</param>
    /// <param name="cancellationToken">Gives up waiting; the attempt itself ends by its own bound.</param>
    /// <exception cref="HypervisorException">Unreachable, AccessDenied, Timeout or LibraryMissing.</exception>
    Task<IHypervisorHost> ConnectAsync(HostRegistration host, CancellationToken cancellationToken);
}
