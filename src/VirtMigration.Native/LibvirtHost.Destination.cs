using VirtMigration.Inventory;
using VirtMigration.Native.Inventory;

namespace VirtMigration.Native;

/// <summary>What a host is asked as a destination.</summary>
public sealed partial class LibvirtHost
{
    /// <inheritdoc/>
    public Task<CpuComparison> CompareCpuAsync(
        VmCpu cpu,
        string architecture,
        string machineType,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(cpu);
        return _connections.Control.ReadAsync(
            "compare a VM's CPU with its own",
            connection => CpuCheck.Compare(connection, cpu, architecture, machineType),
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<HostSurroundings> GetSurroundingsAsync(CancellationToken cancellationToken) => _connections.Control.ReadAsync(
        "tell its storage and networks",
        connection => new HostSurroundings
        {
            Pools = StoragePools.Read(connection),
            Networks = VirtualNetworks.Read(connection),
            Devices = NetworkDevices.Read(connection),
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task<HostLoad> GetLoadAsync(CancellationToken cancellationToken) =>
        _connections.Control.ReadAsync("tell what its VMs take", LoadReader.Read, cancellationToken);
}
