using VirtMigration.Inventory;

namespace VirtMigration.Execution;

/// <summary>What is said of a guest that was lost in post-copy, and what can be done.</summary>
internal static class LostGuest
{
    public const string ErrorId = "PostCopyGuestLost";

    /// <summary>What happened, in one line without a full stop.</summary>
    public static string Cause(VmObservation source, VmObservation destination) => destination.Active
        ? $"the guest is lost: {source.Host}'s QEMU ended in post-copy while a part of the guest's memory was only there, and nothing can bring it back"
        : $"the guest is lost: {destination.Host}'s QEMU ended in post-copy, the guest ran there and its memory with it, and nothing can bring it back";

    /// <summary>The way out. The half that is left is of no more use, but its disks' locks and its log are still there: when it is ended is
    /// for a person to say.</summary>
    public static string Advice(string vm, VmObservation source, VmObservation destination)
    {
        VmObservation gone = destination.Active ? source : destination;
        VmObservation left = destination.Active ? destination : source;
        string[] keepers = [.. new[] { source, destination }.Where(one => one.Persistent).Select(one => one.Host)];
        string definition = keepers.Length == 0 ? "No host keeps its definition." : $"Its definition is on {string.Join(" and ", keepers)}.";
        return $"{definition} Find out why: /var/log/libvirt/qemu/{vm}.log on {gone.Host}. What {left.Host} still holds cannot run; only when you are sure, end it there (virsh destroy {vm}) "
            + "and start the VM from its disks, on one host. Touch nothing else.";
    }
}
