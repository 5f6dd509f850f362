namespace VirtMigration.Options;

/// <summary>Which commands of a guest's agent may carry a notice: none of the standard agent's. They freeze, write, suspend, log in or
/// run something, or take no notice of what is sent along.</summary>
public static class AgentCommands
{
    // All its commands begin with it (qga/qapi-schema.json), and those that others add must not: theirs begin with two underscores and
    // a domain name (docs/devel/qapi-code-gen, "Downstream extensions"). So a command that a later QEMU brings is refused as well.
    private const string StandardPrefix = "guest-";

    /// <summary>The commands of the standard agent, from qga/qapi-schema.json of QEMU up to 10.0.</summary>
    public static IReadOnlyList<string> Standard { get; } =
    [
        "guest-exec", "guest-exec-status",
        "guest-file-close", "guest-file-flush", "guest-file-open", "guest-file-read", "guest-file-seek", "guest-file-write",
        "guest-fsfreeze-freeze", "guest-fsfreeze-freeze-list", "guest-fsfreeze-status", "guest-fsfreeze-thaw", "guest-fstrim",
        "guest-get-cpustats", "guest-get-devices", "guest-get-disks", "guest-get-diskstats", "guest-get-fsinfo", "guest-get-host-name",
        "guest-get-load", "guest-get-memory-block-info", "guest-get-memory-blocks", "guest-get-osinfo", "guest-get-time",
        "guest-get-timezone", "guest-get-users", "guest-get-vcpus",
        "guest-info", "guest-network-get-interfaces", "guest-network-get-route", "guest-ping",
        "guest-set-memory-blocks", "guest-set-time", "guest-set-user-password", "guest-set-vcpus", "guest-shutdown",
        "guest-ssh-add-authorized-keys", "guest-ssh-get-authorized-keys", "guest-ssh-remove-authorized-keys",
        "guest-suspend-disk", "guest-suspend-hybrid", "guest-suspend-ram", "guest-sync", "guest-sync-delimited",
    ];

    /// <summary>Why a command is refused; null: it is not.</summary>
    /// <param name="command">The command.</param>
    public static string? WhyRefused(string command)
    {
        ArgumentNullException.ThrowIfNull(command);
        return command.StartsWith("guest-exec", StringComparison.OrdinalIgnoreCase) ? $"{command} runs programs in the guest, which is never done"
            : Standard.Contains(command, StringComparer.OrdinalIgnoreCase) ? $"{command} is a command of the standard guest agent, which does something else than take notice"
            : command.StartsWith(StandardPrefix, StringComparison.OrdinalIgnoreCase) ? $"commands that begin with {StandardPrefix} are the standard guest agent's"
            : null;
    }
}
