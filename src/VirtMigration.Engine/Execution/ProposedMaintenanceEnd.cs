using System.Globalization;
using System.Text;
using VirtMigration.Evacuation;
using VirtMigration.Inventory;

namespace VirtMigration.Execution;

/// <summary>What ending a host's maintenance would do.</summary>
public sealed record ProposedMaintenanceEnd
{
    /// <summary>The record as it is.</summary>
    public required HostMaintenance Record { get; init; }

    /// <summary>Whether VMs that were moved away are brought back.</summary>
    public required bool BringsBack { get; init; }

    /// <summary>The VMs that are brought back, as they are listed where they were moved to.</summary>
    public IReadOnlyList<VirtualMachine> Returning { get; init; } = [];

    /// <summary>The VMs that are back already, or that are left where they are for good.</summary>
    public IReadOnlyList<Guid> Settled { get; init; } = [];

    /// <summary>What should be known before: who is left where it is, and why.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>The question.</summary>
    public string Question() => BringsBack
        ? $"End the maintenance of host '{Record.Host}' and bring {Count(Returning.Count)} back?"
        : $"{Verb()} host '{Record.Host}'?";

    /// <summary>All of it in words, a line each.</summary>
    public string ToText()
    {
        StringBuilder text = new($"{Verb()} host '{Record.Host}' ({Record.State} since {Record.Since.ToUniversalTime().ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture)}, by {Record.Operator})");
        text.Append(Record.Closed() ? ": VMs may come to it again" : string.Empty);
        if (!BringsBack)
        {
            return Record.Moved.Count == 0 ? text.ToString() : text.Append(CultureInfo.InvariantCulture, $"; {Count(Record.Moved.Count)} that left it stay where they are (-BringBack brings them back)").ToString();
        }

        text.Append(CultureInfo.InvariantCulture, $"; {(Returning.Count == 0 ? "nobody is to be brought back" : $"bring back {Count(Returning.Count)}")}");
        foreach (VirtualMachine vm in Returning)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n  {vm.Name}: {vm.Host} -> {Record.Host}{(IsOff(vm) ? " (shut off: its definition)" : string.Empty)}");
        }

        return text.ToString();
    }

    /// <summary>Whether of a VM only the definition can be moved.</summary>
    /// <param name="vm">The VM.</param>
    public static bool IsOff(VirtualMachine vm)
    {
        ArgumentNullException.ThrowIfNull(vm);
        return vm.State is VmPowerState.ShutOff or VmPowerState.Crashed;
    }

    internal static string Count(int vms) => vms == 1 ? "1 VM" : $"{vms} VMs";

    private string Verb() => Record.State switch
    {
        HostMaintenanceState.Planned => "Remove the saved plan of",
        HostMaintenanceState.BringingBack when !BringsBack => "Forget who is still to be brought back to",
        _ => "End the maintenance of",
    };
}
