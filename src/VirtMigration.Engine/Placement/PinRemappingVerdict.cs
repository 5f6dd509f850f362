namespace VirtMigration.Placement;

/// <summary>Whether a VM's pins can be had on another host.</summary>
public enum PinRemappingVerdict
{
    /// <summary>They mean the same there and are free: nothing needs to change.</summary>
    Kept,

    /// <summary>They change, and everything fits.</summary>
    Remapped,

    /// <summary>No way exists: the host has too few CPUs or too little memory in its cells.</summary>
    Impossible,

    /// <summary>Neither a way nor that there is none was found within the bound, or the host does not tell what is needed to know.</summary>
    NotDecided,
}
