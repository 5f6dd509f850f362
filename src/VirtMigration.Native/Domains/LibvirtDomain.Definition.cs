using VirtMigration.Inventory;
using VirtMigration.Native.Interop;
using VirtMigration.Native.Xml;
using VirtMigration.Placement;
using VirtMigration.Ports;

namespace VirtMigration.Native.Domains;

/// <summary>Its definition as the planner needs it.</summary>
internal sealed unsafe partial class LibvirtDomain
{
    /// <summary>What it is now; of a domain that is shut off, what it starts with. Three calls, three more for a VM that is tied to its
    /// host, and one more for one that is shut off; none of them waits for a job or for QEMU's monitor (qemuDomainGetXMLDesc,
    /// qemuDomainSnapshotNum): a QEMU that hangs does not hold them up.</summary>
    public VmDefinition GetDefinition()
    {
        string text = GetXml(0);
        VmDefinition definition = DomainXml.Read(text);
        string? cpu = ComparableCpu.FromDefinition(GetMigratableXml() ?? text);
        return definition with
        {
            Cpu = definition.Cpu with { Text = cpu },
            Snapshots = GetSnapshots(),
            ManagedSave = WasOff && HasManagedSave,
            StoredPinsDiffer = !PinLayout.Of(definition).IsEmpty() && StoredPinsDiffer(text),
        };
    }

    /// <summary>The definition that the next start uses, and whether its pins are those of the running VM.</summary>
    /// <param name="uuid">The VM.</param>
    public SavedDefinition GetSavedDefinition(Guid uuid)
    {
        string text = GetXml(Libvirt.XmlInactive | Libvirt.XmlSecure);
        return new(uuid, text, Autostart) { PinsDiffer = IsActive && PinLayoutXml.Differ(GetXml(0), text) };
    }

    /// <summary>What a destination is told of it, where it gets other pins there. Both parts are what libvirt itself would send
    /// (qemuMigrationSrcBeginXML, qemuMigrationSrcRun), the pins apart.</summary>
    /// <param name="pins">The pins.</param>
    /// <param name="persistent">Whether the destination keeps its definition. Then it must be told that too: it would keep what runs,
    /// with our record of who migrates it. A definition with pins of its own keeps them.</param>
    /// <exception cref="HypervisorException">ArgumentRejected where the pins leave open what something else becomes.</exception>
    public DestinationXml GetDestinationXml(PinLayout pins, bool persistent)
    {
        const uint Sent = Libvirt.XmlMigratable | Libvirt.XmlSecure;
        string running = GetXml(Sent);
        string? stored = persistent ? GetXml(Sent | Libvirt.XmlInactive) : null;
        return WithPins(() => new(
            PinLayoutXml.Write(running, pins),
            stored is null || PinLayoutXml.Differ(running, stored) ? stored : PinLayoutXml.WriteStored(stored, running, pins)));
    }

    // Only a VM that is shut off has one that counts, and whether this one was is known without a call.
    private bool WasOff => Libvirt.virDomainGetID(_handle) == -1;

    private bool HasManagedSave
    {
        get
        {
            int has = Libvirt.virDomainHasManagedSaveImage(_handle, 0);
            if (has >= 0)
            {
                return has == 1;
            }

            HypervisorException error = _connection.Error($"say whether VM {Name} was saved");
            return error.Fault == HypervisorFault.NotSupported ? false : throw error;
        }
    }

    private bool StoredPinsDiffer(string running) =>
        IsActive && IsPersistent && PinLayoutXml.Differ(running, GetXml(Libvirt.XmlInactive));

    private DestinationXml WithPins(Func<DestinationXml> write)
    {
        try
        {
            return write();
        }
        catch (UnclearCellsException error)
        {
            throw new HypervisorException(
                HypervisorFault.ArgumentRejected,
                _connection.Host,
                0,
                $"VM {Name} cannot get other pins: {error.Message}",
                "Migrate it with the pins that it has, or tie its memory cell by cell (numatune), so that each cell has one successor.",
                error);
        }
    }

    // Here the CPU is as the destination is told it: the one that QEMU was started with, in words that an older libvirt knows
    // (qemuDomainDefFormatBufInternal). Null: a connection that may only read (code 29), or a driver without it.
    private string? GetMigratableXml()
    {
        try
        {
            return GetXml(Libvirt.XmlMigratable | Libvirt.XmlUpdateCpu);
        }
        catch (HypervisorException error) when (error.Fault is not (HypervisorFault.VmNotFound or HypervisorFault.Unreachable))
        {
            return null;
        }
    }

    private int GetSnapshots()
    {
        int count = Libvirt.virDomainSnapshotNum(_handle, 0);
        if (count >= 0)
        {
            return count;
        }

        HypervisorException error = _connection.Error($"count the snapshots of VM {Name}");
        return error.Fault == HypervisorFault.NotSupported ? 0 : throw error;
    }
}
