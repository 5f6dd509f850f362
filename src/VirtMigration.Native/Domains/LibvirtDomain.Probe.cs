using VirtMigration.Inventory;
using VirtMigration.Native.Interop;
using VirtMigration.Readiness;

namespace VirtMigration.Native.Domains;

/// <summary>The end of a probe: the only VM that the product ever ends.</summary>
internal sealed unsafe partial class LibvirtDomain
{
    /// <summary>Ends it, where it is a probe of the product's own by everything that can be told: found by UUID, named after it, transient,
    /// and paused, for a probe never runs.</summary>
    /// <param name="probe">The UUID that it was found by.</param>
    /// <exception cref="HypervisorException">InvalidState: it is something else, and was left alone.</exception>
    public void EndProbe(Guid probe)
    {
        string? other = !ProbeName.Is(Name, probe) ? $"its name is not {ProbeName.Of(probe)}"
            : IsPersistent ? "it is persistent"
            : DomainState.StateOf(State.State) != VmPowerState.Paused ? "it is not paused"
            : null;
        if (other is not null)
        {
            throw new HypervisorException(
                HypervisorFault.InvalidState,
                _connection.Host,
                0,
                $"{_connection.Host} did not end VM {Name}, which is not a probe of this product: {other}.",
                "Look at the VM, and who made it: nothing was done to it.");
        }

        _ = Check(Libvirt.virDomainDestroy(_handle), $"end the probe {Name}");
    }
}
