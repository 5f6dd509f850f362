namespace VirtMigration.Evacuation;

/// <summary>How far a host's maintenance is.</summary>
public enum HostMaintenanceState
{
    /// <summary>Nothing but a plan was made: the host works as before, and VMs may come to it.</summary>
    Planned,

    /// <summary>Its VMs leave it, or whoever moved them stopped half-way: no VM may come to it.</summary>
    Evacuating,

    /// <summary>No VM that runs, or was to be moved, is on it any more, and none may come.</summary>
    InMaintenance,

    /// <summary>VMs may come to it again, and those that were moved away are being brought back, or whoever did that stopped
    /// half-way.</summary>
    BringingBack,
}
