using VirtMigration.Inventory;

namespace VirtMigration.Execution;

/// <summary>Says where the definition of a VM that was shut off is from what both hosts say about it.</summary>
public static class DefinitionEndClassifier
{
    /// <summary>The end state.</summary>
    /// <param name="source">What the source says.</param>
    /// <param name="destination">What the destination says.</param>
    /// <param name="saidToHaveMoved">Whether the hypervisor reported that it moved. It speaks for a host that no longer answers, never
    /// against one that does.</param>
    public static DefinitionEndState Classify(VmObservation source, VmObservation destination, bool saidToHaveMoved)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(destination);
        return (source.Answered, destination.Answered) switch
        {
            (true, true) => (source.Present, destination.Present) switch
            {
                (true, true) => DefinitionEndState.OnBoth,
                (true, false) => DefinitionEndState.Stayed,
                (false, true) => DefinitionEndState.Moved,
                _ => DefinitionEndState.Nowhere,
            },

            // The source lets go of it only after the destination has it.
            (true, false) => !source.Present && saidToHaveMoved ? DefinitionEndState.Moved : DefinitionEndState.Unknown,
            (false, true) => destination.Present && saidToHaveMoved ? DefinitionEndState.Moved : DefinitionEndState.Unknown,
            _ => DefinitionEndState.Unknown,
        };
    }
}
