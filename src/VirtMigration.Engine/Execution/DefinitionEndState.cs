namespace VirtMigration.Execution;

/// <summary>Where the definition of a VM that is shut off is after it was moved, as both hosts say.</summary>
public enum DefinitionEndState
{
    /// <summary>A host that matters did not answer. Ask again: Get-VM.</summary>
    Unknown,

    /// <summary>On the destination alone.</summary>
    Moved,

    /// <summary>On the source alone.</summary>
    Stayed,

    /// <summary>On both: whoever starts it on one must not start it on the other.</summary>
    OnBoth,

    /// <summary>On neither.</summary>
    Nowhere,
}
