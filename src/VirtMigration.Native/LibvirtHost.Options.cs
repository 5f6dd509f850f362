using VirtMigration.Native.Domains;
using VirtMigration.Options;
using VirtMigration.Ports;

namespace VirtMigration.Native;

/// <summary>What VMs state for their own migrations.</summary>
public sealed partial class LibvirtHost
{
    /// <inheritdoc/>
    public Task<VmMigrationOptions> GetVmOptionsAsync(Guid vm, CancellationToken cancellationToken) =>
        ReadAsync(_connections.Control, vm, "tell a VM's migration options", domain => domain.GetOptions(), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<StoredVmOptions>> ListVmOptionsAsync(CancellationToken cancellationToken) =>
        _connections.Control.ReadAsync("list its VMs' migration options", OptionsListing.Read, cancellationToken);

    /// <inheritdoc/>
    public Task RequireVmOptionsSettableAsync(Guid vm, VmMigrationOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        return ReadAsync(_connections.Control, vm, "check a VM's migration options", domain => domain.CheckOptions(options), cancellationToken);
    }

    /// <inheritdoc/>
    public Task SetVmOptionsAsync(Guid vm, VmMigrationOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        return ChangeAsync(vm, "set a VM's migration options", domain => domain.SetOptions(options), cancellationToken);
    }
}
