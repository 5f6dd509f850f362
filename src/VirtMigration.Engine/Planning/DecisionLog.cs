namespace VirtMigration.Planning;

/// <summary>Collects a plan's decisions in the order they were made.</summary>
internal sealed class DecisionLog
{
    private readonly List<PlanDecision> _decisions = [];

    /// <summary>The decisions so far.</summary>
    public IReadOnlyList<PlanDecision> Decisions => _decisions;

    /// <summary>Notes one.</summary>
    public void Record(string setting, string asked, SettingOrigin origin, string taken, string reason) =>
        _decisions.Add(new(setting, asked, origin, taken, reason));
}
