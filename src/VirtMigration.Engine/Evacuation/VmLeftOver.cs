namespace VirtMigration.Evacuation;

/// <summary>A VM that stays on a host that is emptied.</summary>
/// <param name="VM">Its name.</param>
/// <param name="Uuid">Its UUID.</param>
/// <param name="ErrorId">The stable id of why.</param>
/// <param name="Reason">Why, in words.</param>
/// <param name="RecommendedAction">What to do about it.</param>
public sealed record VmLeftOver(string VM, Guid Uuid, string ErrorId, string Reason, string RecommendedAction)
{
    /// <summary>In words: <c>db1: why</c>.</summary>
    public override string ToString() => $"{VM}: {Reason}";
}
