using VirtMigration.Native.Errors;
using VirtMigration.Native.Interop;
using VirtMigration.Native.Xml;
using VirtMigration.Options;

namespace VirtMigration.Native.Domains;

/// <summary>What it states for its migrations.</summary>
internal sealed unsafe partial class LibvirtDomain
{
    /// <summary>What it states: of the running domain where it runs, else of its definition. One call, without a wait for a job.</summary>
    public VmMigrationOptions GetOptions() => GetMetadata(VmOptionsXml.Namespace, Libvirt.AffectCurrent) is { } text
        ? VmOptionsXml.Read(text)
        : VmMigrationOptions.Empty;

    /// <summary>Sets what it states, wherever it is kept.</summary>
    /// <param name="options">What it is to state.</param>
    /// <exception cref="VirtMigrationException">VmIsMigrating; VmOptionsTooNew or VmOptionsUnreadable, with nothing written.</exception>
    public void SetOptions(VmMigrationOptions options)
    {
        // Usually both places hold the same: then one call changes both, or none. What is unknown to this version and stands in one
        // of them only stays there only. Everything is read, and refused, before anything is written.
        foreach (IGrouping<string?, uint> element in CheckOptions(options))
        {
            uint places = element.Aggregate((all, place) => all | place);
            SetMetadata(element.Key, VmOptionsXml.Prefix, VmOptionsXml.Namespace, places);
        }
    }

    /// <summary>The elements that <see cref="SetOptions"/> would write, with their places; throws as it does, and writes nothing.</summary>
    /// <param name="options">What it is to state.</param>
    /// <exception cref="VirtMigrationException">VmIsMigrating; VmOptionsTooNew or VmOptionsUnreadable.</exception>
    public ILookup<string?, uint> CheckOptions(VmMigrationOptions options)
    {
        bool active = IsActive;
        if (active && IsMigrating())
        {
            throw new VirtMigrationException(
                "VmIsMigrating",
                $"The migration options of VM {Name} cannot be changed now: {_connection.Host} says that it is being migrated.",
                $"Wait until it has ended: Watch-VmMigration {Name}.",
                Name);
        }

        return Places(active).ToLookup(place => VmOptionsXml.Write(options, GetMetadata(VmOptionsXml.Namespace, place), Name));
    }

    private uint[] Places(bool active) => (active, active && IsPersistent) switch
    {
        (true, true) => [Libvirt.AffectConfig, Libvirt.AffectLive],
        (true, false) => [Libvirt.AffectLive],
        _ => [Libvirt.AffectConfig],
    };

    // Asked first, because libvirt would hold a change of metadata back for 30 s (VIR_JOB_WAIT_TIME) before it refuses it. Which side
    // the host is on does not matter here, and the state does not tell it: a guest that was suspended so that its migration ends is
    // paused for migration on both. The destination refuses to tell the job; a driver without jobs has no migrations.
    private bool IsMigrating()
    {
        (int state, int reason) = State;
        if (DomainState.SideOf(DomainState.StateOf(state), DomainState.ReasonOf(state, reason)) is not null)
        {
            return true;
        }

        try
        {
            return GetJob() is { IsOutgoingMigration: true };
        }
        catch (HypervisorException error) when (error.Code is (int)ErrorCode.OperationUnsupported or (int)ErrorCode.NoSupport)
        {
            return error.Code == (int)ErrorCode.OperationUnsupported;
        }
    }
}
