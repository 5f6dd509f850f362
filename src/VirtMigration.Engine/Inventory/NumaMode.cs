namespace VirtMigration.Inventory;

/// <summary>How memory is tied to the host's NUMA cells (formatdomain, <c>numatune/memory/@mode</c>).</summary>
public enum NumaMode
{
    /// <summary>Only from the cells named; the VM does not start where they lack it.</summary>
    Strict,

    /// <summary>From the cell named while it has room, else from others.</summary>
    Preferred,

    /// <summary>In turn from all the cells named.</summary>
    Interleave,

    /// <summary>Within the cells named, as cgroups see to it; QEMU is not told.</summary>
    Restrictive,
}
