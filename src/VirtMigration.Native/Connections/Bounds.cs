namespace VirtMigration.Native.Connections;

/// <summary>How long the product waits for a host.</summary>
internal static class Bounds
{
    /// <summary>To open a connection.</summary>
    public static TimeSpan Connect { get; } = TimeSpan.FromSeconds(10);

    /// <summary>For any call but a migration. libvirt itself waits 30 s for a VM that another job holds (VIR_JOB_WAIT_TIME,
    /// src/hypervisor/domain_job.c); with 5 more its own answer, which says who holds the VM, comes first.</summary>
    public static TimeSpan Call { get; } = TimeSpan.FromSeconds(35);

    /// <summary>For a look at a VM after its migration ended, connecting included: somebody waits at the prompt.</summary>
    public static TimeSpan Observation { get; } = TimeSpan.FromSeconds(10);
}
