namespace VirtMigration.Inventory;

/// <summary>A VM as an operator points at it: an object that was listed, a name, or a UUID.</summary>
public sealed record VmReference
{
    /// <summary>Points at a VM that was listed.</summary>
    /// <param name="vm">The VM.</param>
    public VmReference(VirtualMachine vm)
    {
        ArgumentNullException.ThrowIfNull(vm);
        Vm = vm;
        Name = vm.Name;
    }

    private VmReference(string name) => Name = name;

    /// <summary>The name or UUID.</summary>
    public string Name { get; }

    /// <summary>The VM, where it was listed already.</summary>
    internal VirtualMachine? Vm { get; }

    /// <summary>Points at a VM by name or UUID.</summary>
    /// <param name="text">The name or UUID.</param>
    /// <exception cref="VirtMigrationException">VmNameEmpty.</exception>
    public static VmReference Parse(string text) =>
        string.IsNullOrWhiteSpace(text)
            ? throw new VirtMigrationException("VmNameEmpty", "A VM's name cannot be empty.", "Give a name that Get-VM lists.")
            : new(text);

    /// <summary>The name or UUID.</summary>
    public override string ToString() => Name;
}
