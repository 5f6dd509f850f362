using VirtMigration.Native.Errors;
using VirtMigration.Native.Interop;
using VirtMigration.Units;

namespace VirtMigration.Native.Domains;

/// <summary>QEMU's own monitor, for what libvirt has no call for. libvirt marks the domain as tainted (custom-monitor).</summary>
internal sealed unsafe partial class LibvirtDomain
{
    /// <summary>Sets what QEMU may count on when it decides to switch over, before or during a migration.</summary>
    /// <param name="bandwidth">The bandwidth; null: QEMU estimates.</param>
    public void SetSwitchoverBandwidth(Bandwidth? bandwidth) =>
        Command(QmpText.SetSwitchoverBandwidth(bandwidth), $"set the switchover bandwidth of VM {Name}");

    private void Command(string command, string action)
    {
        nint reply;
        _ = Check(Libvirt.virDomainQemuMonitorCommand(_handle, command, &reply, 0), action);
        if (QmpText.ErrorOf(NativeText.Take(reply) ?? string.Empty) is { } error)
        {
            throw new HypervisorException(
                error.Fault,
                _connection.Host,
                0,
                $"{_connection.Host} could not {action}: QEMU says: {error.Text}",
                RecommendedAction.For(error.Fault));
        }
    }
}
