using System.Collections.Concurrent;
using VirtMigration.Inventory;
using VirtMigration.Ports;

namespace VirtMigration.Execution;

/// <summary>What hosts say, asked once and kept until it is forgotten. A host that does not answer is not asked again either, so it holds
/// up a batch once.</summary>
/// <param name="hypervisor">The way to the hosts.</param>
internal sealed class HostPictures(IHypervisor hypervisor)
{
    private readonly ConcurrentDictionary<string, Task<HostPicture>> _pictures = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<(string Host, string Cpu, string Architecture, string MachineType), Task<CpuComparison>> _comparisons = [];

    /// <summary>A host.</summary>
    /// <param name="host">Its registration.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HypervisorException">It does not answer.</exception>
    public Task<HostPicture> OfAsync(HostRegistration host, CancellationToken cancellationToken) =>
        _pictures.GetOrAdd(host.Name, _ => ReadAsync(host, cancellationToken));

    /// <summary>Asks a host anew the next time.</summary>
    /// <param name="host">The host.</param>
    public void Forget(string host) => _pictures.TryRemove(host, out _);

    /// <summary>Asks all hosts anew the next time.</summary>
    public void ForgetAll() => _pictures.Clear();

    /// <summary>A host's word on a VM's CPU, asked once for all VMs of that CPU; null: there is nothing to compare.</summary>
    /// <param name="host">The host.</param>
    /// <param name="definition">The VM.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<CpuComparison?> CompareAsync(HostPicture host, VmDefinition definition, CancellationToken cancellationToken)
    {
        if (definition.Cpu.Text is not string cpu)
        {
            return null;
        }

        return await _comparisons.GetOrAdd(
            (host.Inventory.Name, cpu, definition.Architecture, definition.MachineType),
            _ => AskAsync(host.Host, definition, cancellationToken));
    }

    // A host that answered, and fails at this one question, leaves it open.
    private static async Task<CpuComparison> AskAsync(IHypervisorHost host, VmDefinition definition, CancellationToken cancellationToken)
    {
        try
        {
            return await host.CompareCpuAsync(definition.Cpu, definition.Architecture, definition.MachineType, cancellationToken);
        }
        catch (HypervisorException error)
        {
            return new(null, error.Message);
        }
    }

    private async Task<HostPicture> ReadAsync(HostRegistration registration, CancellationToken cancellationToken)
    {
        IHypervisorHost host = await hypervisor.ConnectAsync(registration, cancellationToken);
        Task<HostFacts> facts = host.GetFactsAsync(cancellationToken);
        Task<HostSurroundings> surroundings = host.GetSurroundingsAsync(cancellationToken);
        Task<HostLoad> load = host.GetLoadAsync(cancellationToken);
        await Task.WhenAll(facts, surroundings, load);
        return new(host, new(registration, await facts), await surroundings, await load);
    }
}
