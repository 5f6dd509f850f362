namespace VirtMigration.Options;

/// <summary>Where the VMs of a group belong.</summary>
public enum AffinityRule
{
    /// <summary>All on one host.</summary>
    Together,

    /// <summary>Each on a host of its own.</summary>
    Apart,
}
