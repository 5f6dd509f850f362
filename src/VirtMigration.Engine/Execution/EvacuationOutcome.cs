namespace VirtMigration.Execution;

/// <summary>What became of one VM when its host was emptied.</summary>
public enum EvacuationOutcome
{
    /// <summary>It is on another host.</summary>
    Moved,

    /// <summary>It is still on the host; the error tells why.</summary>
    Left,

    /// <summary>It was no longer on the host, or no longer ran, when its turn came.</summary>
    Gone,

    /// <summary>Its migration goes on without this shell.</summary>
    UnderWay,

    /// <summary>Where it is cannot be said, or it is in two places at once; the error tells what to do.</summary>
    Uncertain,
}
