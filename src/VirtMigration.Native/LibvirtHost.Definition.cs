using VirtMigration.Native.Connections;
using VirtMigration.Native.Domains;
using VirtMigration.Native.Errors;
using VirtMigration.Native.Interop;
using VirtMigration.Native.Xml;
using VirtMigration.Placement;
using VirtMigration.Ports;

namespace VirtMigration.Native;

/// <summary>What a host keeps about a VM: its definition, autostart, and our record of who migrates it.</summary>
public sealed partial class LibvirtHost
{
    /// <inheritdoc/>
    public Task<SavedDefinition?> SaveDefinitionAsync(Guid vm, CancellationToken cancellationToken) => ReadAsync(
        _connections.Control,
        vm,
        "tell a VM's stored definition",
        domain => domain.IsPersistent ? domain.GetSavedDefinition(vm) : null,
        cancellationToken);

    /// <inheritdoc/>
    public Task DefineAsync(SavedDefinition definition, PinLayout? pins, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(definition);
        return _connections.Control.ChangeAsync(
            "define a VM",
            connection => connection.Define(pins is null || definition.PinsDiffer
                ? definition.Text
                : PinLayoutXml.WriteStored(definition.Text, RunningXml(connection, definition.Uuid) ?? definition.Text, pins)),
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task SetAutostartAsync(Guid vm, bool autostart, CancellationToken cancellationToken) =>
        ChangeAsync(vm, "set whether a VM starts with it", domain => domain.Autostart = autostart, cancellationToken);

    /// <inheritdoc/>
    public Task SetIntentAsync(Guid vm, MigrationIntent? intent, CancellationToken cancellationToken) => ChangeAsync(
        vm,
        "write a VM's intent record",
        domain => domain.SetMetadata(
            intent is null ? null : IntentXml.Write(intent),
            IntentXml.Prefix,
            IntentXml.Namespace,
            Libvirt.AffectLive),
        cancellationToken);

    /// <inheritdoc/>
    public Task<MigrationIntent?> GetIntentAsync(Guid vm, CancellationToken cancellationToken) =>
        ReadAsync(_connections.Control, vm, "tell a VM's intent record", Intent, cancellationToken);

    // It tells which threads the pins are for. Null: the VM does not run here.
    private static string? RunningXml(LibvirtConnection connection, Guid vm)
    {
        try
        {
            using LibvirtDomain domain = connection.Find(vm);
            return domain.IsActive ? domain.GetXml(0) : null;
        }
        catch (HypervisorException error) when (error.Fault == HypervisorFault.VmNotFound)
        {
            return null;
        }
    }

    // A VM that is shut off has no live metadata, so no record.
    private static MigrationIntent? Intent(LibvirtDomain domain)
    {
        try
        {
            return domain.GetMetadata(IntentXml.Namespace, Libvirt.AffectLive) is { } text ? IntentXml.Read(text) : null;
        }
        catch (HypervisorException error) when (error.Code == (int)ErrorCode.OperationInvalid)
        {
            return null;
        }
    }
}
