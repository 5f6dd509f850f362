namespace VirtMigration.Convergence;

/// <summary>Whether a migration still gets on.</summary>
public enum StallVerdict
{
    /// <summary>It gets on, or it is too early to say.</summary>
    Progressing,

    /// <summary>It does not get on, and this is no good moment to stop the guest.</summary>
    Stalled,

    /// <summary>It does not get on, and there is as little left as there ever will be soon: the moment to switch.</summary>
    ActNow,
}
