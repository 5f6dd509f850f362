namespace VirtMigration.Cmdlets.Completion;

/// <summary>Completes how a guest is told of its migration; the name after the colon is the VM's own.</summary>
public sealed class GuestNoticeCompleter : NameCompleter
{
    /// <inheritdoc/>
    protected override IEnumerable<string> Names() => ["Disabled", "channel:", "agent:"];
}
