namespace VirtMigration.Inventory;

/// <summary>What a disk is kept in (formatdomain, <c>disk/@type</c>).</summary>
public enum DiskSource
{
    /// <summary>A file.</summary>
    File,

    /// <summary>A block device of the host.</summary>
    Block,

    /// <summary>A volume of a storage pool.</summary>
    Volume,

    /// <summary>Something reached over the network: every host can.</summary>
    Network,

    /// <summary>Anything else.</summary>
    Other,
}
