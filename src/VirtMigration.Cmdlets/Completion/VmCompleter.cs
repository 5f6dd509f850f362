namespace VirtMigration.Cmdlets.Completion;

/// <summary>Completes the names of VMs, from the hosts that answer while a person waits for the Tab key.</summary>
public sealed class VmCompleter : NameCompleter
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    protected override IEnumerable<string> Names()
    {
        using CancellationTokenSource patience = new(s_patience);
        return [.. Task.Run(() => Session.Inventory.ListAsync(Session.Registry.All(), patience.Token)).GetAwaiter().GetResult()
            .Vms.Select(vm => vm.Name).Distinct(StringComparer.OrdinalIgnoreCase)];
    }
}
