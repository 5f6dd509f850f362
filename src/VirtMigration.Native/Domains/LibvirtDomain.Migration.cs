using System.Runtime.InteropServices;
using VirtMigration.Native.Connections;
using VirtMigration.Native.Errors;
using VirtMigration.Native.Handles;
using VirtMigration.Native.Interop;
using VirtMigration.Planning;
using VirtMigration.Units;

namespace VirtMigration.Native.Domains;

/// <summary>Migration and its settings.</summary>
internal sealed unsafe partial class LibvirtDomain
{
    /// <summary>The downtime limit.</summary>
    public TimeSpan MaxDowntime
    {
        get
        {
            OptionalFunctions.Require(nameof(Libvirt.virDomainMigrateGetMaxDowntime));
            ulong milliseconds;
            _ = Check(Libvirt.virDomainMigrateGetMaxDowntime(_handle, &milliseconds, 0), $"tell the downtime limit of VM {Name}");
            return TimeSpan.FromMilliseconds((long)milliseconds);
        }
        set => _ = Check(
            Libvirt.virDomainMigrateSetMaxDowntime(_handle, (ulong)Math.Max(1, (long)value.TotalMilliseconds), 0),
            $"set the downtime limit of VM {Name}");
    }

    /// <summary>Sets the most that a running migration may send.</summary>
    /// <param name="bandwidth">At least 1 MiB/s.</param>
    public void SetMaxSpeed(Bandwidth bandwidth) => _ = Check(
        Libvirt.virDomainMigrateSetMaxSpeed(_handle, new CULong((nuint)bandwidth.ToMebibytesPerSecond()), 0),
        $"set the migration bandwidth of VM {Name}");

    /// <summary>The migration speed that libvirt keeps for it.</summary>
    public Bandwidth GetMaxSpeed()
    {
        CULong mebibytes;
        _ = Check(Libvirt.virDomainMigrateGetMaxSpeed(_handle, &mebibytes, 0), $"tell the migration bandwidth of VM {Name}");
        return Bandwidth.FromMebibytesPerSecond((long)mebibytes.Value);
    }

    /// <summary>Sets the most that a migration may send once it is in post-copy.</summary>
    /// <param name="bandwidth">At least 1 MiB/s; no limit is libvirt's 0.</param>
    public void SetPostCopySpeed(Bandwidth bandwidth) => _ = Check(
        Libvirt.virDomainMigrateSetMaxSpeed(
            _handle, new CULong((nuint)(bandwidth.HasNoLimit() ? 0 : bandwidth.ToMebibytesPerSecond())), Libvirt.MaxSpeedPostCopy),
        $"set the post-copy bandwidth of VM {Name}");

    /// <summary>The most that a migration may send once it is in post-copy.</summary>
    public Bandwidth GetPostCopySpeed()
    {
        CULong mebibytes;
        _ = Check(Libvirt.virDomainMigrateGetMaxSpeed(_handle, &mebibytes, Libvirt.MaxSpeedPostCopy), $"tell the post-copy bandwidth of VM {Name}");
        return mebibytes.Value == 0 ? Bandwidth.Unlimited : Bandwidth.FromMebibytesPerSecond((long)mebibytes.Value);
    }

    /// <summary>Aborts its job.</summary>
    public void AbortJob() => _ = Check(Libvirt.virDomainAbortJob(_handle), $"abort the migration of VM {Name}");

    /// <summary>Gives up the connection of its migration in post-copy, so that it can be recovered over another.</summary>
    public void BreakPostCopy()
    {
        OptionalFunctions.Require(nameof(Libvirt.virDomainAbortJobFlags));
        _ = Check(Libvirt.virDomainAbortJobFlags(_handle, Libvirt.AbortJobPostCopy), $"break the post-copy migration of VM {Name}");
    }

    /// <summary>Whether the daemon is waiting for an answer of its QEMU, or does something else with it. A migration that only waits for
    /// events does not count (qemuDomainGetControlInfo).</summary>
    public bool IsBusy
    {
        get
        {
            VirDomainControlInfo info;
            _ = Check(Libvirt.virDomainGetControlInfo(_handle, &info, 0), $"tell what is being done to VM {Name}");
            return info.State != Libvirt.ControlOk;
        }
    }

    /// <summary>Switches its migration to post-copy.</summary>
    public void StartPostCopy() => _ = Check(
        Libvirt.virDomainMigrateStartPostCopy(_handle, 0),
        $"switch the migration of VM {Name} to post-copy");

    /// <summary>Stops its guest; a migration under way goes on, and ends by letting it run again.</summary>
    public void Suspend() => _ = Check(Libvirt.virDomainSuspend(_handle), $"suspend VM {Name}");

    /// <summary>Migrates, driven by the source's daemon. Blocks until the migration has ended.</summary>
    /// <param name="settings">How and where to.</param>
    /// <param name="xml">Its definitions there; null: those it has.</param>
    public void MigratePeerToPeer(TransferSettings settings, DestinationXml? xml)
    {
        using TypedParameters parameters = MigrationParameters.Build(settings, xml);
        int result = Libvirt.virDomainMigrateToURI3(
            _handle,
            settings.DestinationUri,
            parameters,
            (uint)parameters.Count,
            (uint)settings.Techniques);
        if (result < 0)
        {
            throw PeerToPeerError(LibvirtError.Last(), settings.DestinationUri);
        }
    }

    /// <summary>Moves its definition, driven by the source's daemon: offline migration needs PERSIST_DEST, and without UNDEFINE_SOURCE both
    /// hosts could start it. It takes no bandwidth and no technique of a live one.</summary>
    /// <param name="destinationUri">By which URI the source's daemon reaches the destination's.</param>
    /// <exception cref="HypervisorException">Also InvalidState where it has snapshots (code 55). libvirt looks at nothing else: neither at
    /// its disks nor at the host's devices (qemuMigrationSrcIsAllowed, qemuMigrationSrcIsSafe).</exception>
    public void MigrateDefinition(string destinationUri)
    {
        using TypedParameters parameters = new();
        int result = Libvirt.virDomainMigrateToURI3(_handle, destinationUri, parameters, (uint)parameters.Count, Libvirt.MigrateDefinition);
        if (result < 0)
        {
            throw PeerToPeerError(LibvirtError.Last(), destinationUri);
        }
    }

    /// <summary>Migrates, driven by this process. Blocks until the migration has ended.</summary>
    /// <param name="settings">How.</param>
    /// <param name="xml">Its definitions there; null: those it has.</param>
    /// <param name="destination">Where to.</param>
    public void MigrateManaged(TransferSettings settings, DestinationXml? xml, LibvirtConnection destination)
    {
        using TypedParameters parameters = MigrationParameters.Build(settings, xml);
        nint moved = Libvirt.virDomainMigrate3(
            _handle,
            destination.Handle,
            parameters,
            (uint)parameters.Count,
            (uint)settings.Techniques);
        if (moved == 0)
        {
            throw _connection.Error($"migrate VM {Name} to {destination.Host}");
        }

        _ = Libvirt.virDomainFree(moved);
    }

    // While our own connection stands, whoever was not reached was not reached by the source's daemon.
    private HypervisorException PeerToPeerError(LibvirtError error, string destination)
    {
        string host = _connection.Host;
        HypervisorException exception = error.ToException(host, $"migrate VM {Name} to {destination}");
        if (exception.Fault != HypervisorFault.Unreachable || !_connection.IsAlive)
        {
            return exception;
        }

        (string cause, string action) = PeerFailure.Describe(host, destination, error.Message);
        return new(exception.Fault, host, exception.Code, $"VM {Name} could not be migrated: {cause}: {error.Message}", action);
    }
}
