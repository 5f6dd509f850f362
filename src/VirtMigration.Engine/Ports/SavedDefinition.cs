namespace VirtMigration.Ports;

/// <summary>A VM's inactive definition, in the hypervisor's own form and opaque to the Engine, with what the form does not hold.</summary>
/// <param name="Uuid">The VM.</param>
/// <param name="Text">The hypervisor's text.</param>
/// <param name="Autostart">Whether the VM starts with its host.</param>
public sealed record SavedDefinition(Guid Uuid, string Text, bool Autostart)
{
    /// <summary>Whether it has other pins than the VM that ran when it was saved. Then it keeps them wherever it is defined.</summary>
    public bool PinsDiffer { get; init; }
}
