namespace VirtMigration.Execution;

/// <summary>Why a plan must wait for slots.</summary>
/// <param name="Opening">What is full or wanted: <c>h1 outgoing 1/1: </c>.</param>
/// <param name="Occupants">Who takes it, at least one.</param>
public sealed record SlotHindrance(string Opening, IReadOnlyList<SlotOccupant> Occupants)
{
    /// <summary>In words: <c>h1 outgoing 2/2: db7, db8</c>.</summary>
    public override string ToString() => Opening + string.Join(", ", Occupants.Select(one => one.Phrase));

    /// <summary>In words, with whose each is: <c>h1 outgoing 1/1: db7, by alice@ops2, since 10:02</c>.</summary>
    /// <param name="holders">Whose the occupants are, one each, in their order.</param>
    public string Naming(IReadOnlyList<string> holders) =>
        Opening + string.Join("; ", Occupants.Zip(holders, (one, holder) => $"{one.Phrase}, {holder}"));
}
