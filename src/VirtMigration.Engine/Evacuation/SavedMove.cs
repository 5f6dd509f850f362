namespace VirtMigration.Evacuation;

/// <summary>One VM's move in a saved plan.</summary>
/// <param name="VM">Its name.</param>
/// <param name="Uuid">Its UUID.</param>
/// <param name="Destination">Where to.</param>
/// <param name="Stopped">Whether it is shut off, and only its definition is moved.</param>
public sealed record SavedMove(string VM, Guid Uuid, string Destination, bool Stopped)
{
    /// <summary>In words: <c>db1 -> h2</c>.</summary>
    public override string ToString() => $"{VM} -> {Destination}";
}
