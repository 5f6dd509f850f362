namespace VirtMigration.Execution;

/// <summary>What a failure means for a VM of an evacuation.</summary>
internal static class EvacuationRetry
{
    /// <summary>Somebody else migrates the VM.</summary>
    public const string UnderWay = "MigrationAlreadyRunning";

    /// <summary>What is done about it.</summary>
    public enum Verdict
    {
        /// <summary>The VM stays, and that is its last word.</summary>
        Final,

        /// <summary>It is looked at again when all others are done.</summary>
        Later,

        /// <summary>It is tried again after a while, on another host if there is one.</summary>
        Elsewhere,
    }

    /// <summary>For a migration that was not started.</summary>
    /// <param name="error">Why.</param>
    public static Verdict Of(VirtMigrationException error) => error switch
    {
        // It left, was stopped, or is in other hands: what became of it is seen when the host is looked at again.
        { ErrorId: "VmNotFound" or "VmNotRunning" or UnderWay or "MigrationHeld" } => Verdict.Later,
        { ErrorId: "DestinationUnfit" or "NoDestination" or "NoRoom" or "HostUnreachable" } => Verdict.Elsewhere,

        // A host that did not answer, or refused: another may not.
        HypervisorException => Verdict.Elsewhere,

        // What a person stopped, and what the request itself is to blame for, is not tried again.
        _ => Verdict.Final,
    };

    /// <summary>Whether one that was started, and stayed, is tried again.</summary>
    /// <param name="result">How it ended.</param>
    public static bool Wants(MigrationResult result) => result.ErrorId is not ("MigrationAborted" or "MigrationStoppedElsewhere" or "MigrationEndUnheard");
}
