namespace VirtMigration.Planning;

/// <summary>Why one setting of a plan is what it is.</summary>
/// <param name="Setting">The setting.</param>
/// <param name="Asked">What was asked for.</param>
/// <param name="Origin">By whom.</param>
/// <param name="Taken">What the plan uses.</param>
/// <param name="Reason">Why.</param>
public sealed record PlanDecision(string Setting, string Asked, SettingOrigin Origin, string Taken, string Reason)
{
    /// <summary>Whether something else was taken than was asked for.</summary>
    public bool Changed => !Asked.Equals(Taken, StringComparison.Ordinal);
}
