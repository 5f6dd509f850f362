namespace VirtMigration.Evacuation;

/// <summary>A VM that a maintenance moved away.</summary>
/// <param name="VM">Its name.</param>
/// <param name="Uuid">Its UUID.</param>
/// <param name="To">The host it was moved to.</param>
/// <param name="At">When it was there.</param>
/// <param name="Stopped">Whether it was shut off, and only its definition was moved.</param>
public sealed record MovedVm(string VM, Guid Uuid, string To, DateTimeOffset At, bool Stopped)
{
    /// <summary>In words: <c>db1 -> h2</c>.</summary>
    public override string ToString() => $"{VM} -> {To}";
}
