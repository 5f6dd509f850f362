namespace VirtMigration.Options;

/// <summary>How a guest is told that it is about to migrate, and that it has: <c>Disabled</c>, <c>channel:NAME</c> (a line over a virtio
/// channel of the VM) or <c>agent:COMMAND</c> (a command of the guest's agent that does nothing but take notice). The guest is only told:
/// nothing is ever run in it.</summary>
public readonly record struct GuestNotice
{
    private const string ChannelPrefix = "channel:";
    private const string AgentPrefix = "agent:";

    // QEMU's own agent answers on it, and libvirt holds it (formatdomain, "Channel").
    private const string AgentChannelPrefix = "org.qemu.guest_agent.";

    // More than any real name has; a limit keeps metadata and messages small.
    private const int LongestName = 100;

    private const string WayOut =
        "Write Disabled, channel:NAME with the target name of a virtio channel (channel:org.example.notice.0), or agent:COMMAND with a command of your own agent that only notifies.";

    private readonly string? _channel;
    private readonly string? _agentCommand;

    private GuestNotice(string? channel, string? agentCommand)
    {
        _channel = channel;
        _agentCommand = agentCommand;
    }

    /// <summary>The guest is told nothing.</summary>
    public static GuestNotice Disabled { get; }

    /// <summary>The notice as it is written: <c>Disabled</c>, <c>channel:NAME</c> or <c>agent:COMMAND</c>.</summary>
    public string Value => _channel is not null ? ChannelPrefix + _channel
        : _agentCommand is not null ? AgentPrefix + _agentCommand
        : nameof(Disabled);

    /// <summary>Reads <c>Disabled</c>, <c>channel:NAME</c> or <c>agent:COMMAND</c>; the words before the name without regard to
    /// case.</summary>
    /// <param name="text">The text.</param>
    /// <exception cref="VirtMigrationException">GuestNoticeInvalid: it is none of these, or the command is one of the standard
    /// agent's (<see cref="AgentCommands"/>).</exception>
    public static GuestNotice Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string trimmed = text.Trim();
        return trimmed.Equals(nameof(Disabled), StringComparison.OrdinalIgnoreCase) ? Disabled
            : trimmed.StartsWith(ChannelPrefix, StringComparison.OrdinalIgnoreCase) ? new(ChannelName(trimmed[ChannelPrefix.Length..], text), null)
            : trimmed.StartsWith(AgentPrefix, StringComparison.OrdinalIgnoreCase) ? new(null, Command(trimmed[AgentPrefix.Length..], text))
            : throw Invalid(text, "it is neither Disabled nor begins with channel: or agent:");
    }

    /// <summary>The virtio channel by its target name; null: another way.</summary>
    public string? Channel() => _channel;

    /// <summary>The agent's command; null: another way.</summary>
    public string? AgentCommand() => _agentCommand;

    /// <summary>Whether the guest is told nothing.</summary>
    public bool IsDisabled() => _channel is null && _agentCommand is null;

    /// <summary>As <see cref="Value"/>.</summary>
    public override string ToString() => Value;

    private static string ChannelName(string name, string text)
    {
        string? reason = ReasonAgainst(name, "channel", static one => !char.IsControl(one) && !char.IsWhiteSpace(one) && one is not ('\'' or '"' or '<' or '>' or '&'));
        return reason is not null ? throw Invalid(text, reason)
            : name.StartsWith(AgentChannelPrefix, StringComparison.OrdinalIgnoreCase)
                ? throw Invalid(text, "that channel is the guest agent's own, and libvirt holds it")
                : name;
    }

    private static string Command(string name, string text)
    {
        string? reason = ReasonAgainst(name, "command", static one => char.IsAsciiLetterOrDigit(one) || one is '-' or '_' or '.');
        return reason is not null ? throw Invalid(text, reason)
            : AgentCommands.WhyRefused(name) is string refused ? throw Invalid(text, refused)
            : name;
    }

    private static string? ReasonAgainst(string name, string what, Func<char, bool> allowed) =>
        name.Length == 0 ? $"it names no {what}"
        : name.Length > LongestName ? $"a {what}'s name has {LongestName} characters at the most"
        : name.All(allowed) ? null
        : $"'{name}' cannot be a {what}'s name";

    private static VirtMigrationException Invalid(string text, string reason) =>
        new("GuestNoticeInvalid", $"'{text}' is no way to tell a guest of its migration: {reason}.", WayOut, text);
}
