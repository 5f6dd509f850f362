namespace VirtMigration.Inventory;

/// <summary>Whether a VM runs, as its host says. The members are libvirt's virDomainState.</summary>
public enum VmPowerState
{
    /// <summary>The driver does not tell.</summary>
    Unknown = 0,

    /// <summary>Running.</summary>
    Running = 1,

    /// <summary>Running, blocked on a resource.</summary>
    Blocked = 2,

    /// <summary>Paused: its memory is held, its CPUs stand.</summary>
    Paused = 3,

    /// <summary>Shutting down.</summary>
    ShuttingDown = 4,

    /// <summary>Shut off: only the definition is there.</summary>
    ShutOff = 5,

    /// <summary>Crashed.</summary>
    Crashed = 6,

    /// <summary>Suspended by the guest's power management.</summary>
    PmSuspended = 7,
}
