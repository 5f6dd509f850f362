namespace VirtMigration.Readiness;

/// <summary>Where a probe that did not arrive was stopped.</summary>
public enum ProbeObstacle
{
    /// <summary>Nowhere: it arrived, or was not sent.</summary>
    None,

    /// <summary>The source's daemon could not log in to the destination's.</summary>
    Login,

    /// <summary>The login worked, but memory did not get through.</summary>
    Memory,

    /// <summary>The two QEMUs did not agree on an encrypted connection.</summary>
    Encryption,

    /// <summary>A refusal for a reason of the hypervisor's own.</summary>
    Refusal,
}
