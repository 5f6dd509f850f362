namespace VirtMigration.Options;

/// <summary>One VM of a group.</summary>
/// <param name="Uuid">Its UUID, which counts.</param>
/// <param name="Name">Its name when it was added, for people.</param>
public sealed record AffinityMember(Guid Uuid, string Name)
{
    /// <summary>Its name.</summary>
    public override string ToString() => Name;
}
