using System.Globalization;

namespace VirtMigration.Options;

/// <summary>Whether memory is sent over parallel connections, as an operator states it: <c>Disabled</c>, <c>Auto</c> (where the link
/// is fast enough), <c>Parallel</c> (always, as many as suit), or a number from 2 to 255.</summary>
public readonly record struct ParallelChoice
{
    /// <summary>The least number that is parallel.</summary>
    public const int Least = 2;

    /// <summary>The most that QEMU takes: <c>multifd-channels</c> is an unsigned byte (migration/options.c).</summary>
    public const int Most = 255;

    private const int AutoMark = -1;
    private const int ParallelMark = -2;

    // 0 is Disabled, so that a value nobody set is the default.
    private readonly int _mark;

    private ParallelChoice(int mark) => _mark = mark;

    /// <summary>One plain stream.</summary>
    public static ParallelChoice Disabled { get; } = new(0);

    /// <summary>Parallel where the automatic number is 2 or more, else one plain stream.</summary>
    public static ParallelChoice Auto { get; } = new(AutoMark);

    /// <summary>Always parallel, with the automatic number, 2 at the least.</summary>
    public static ParallelChoice Parallel { get; } = new(ParallelMark);

    /// <summary>The choice as it is written: <c>Disabled</c>, <c>Auto</c>, <c>Parallel</c> or the number.</summary>
    public string Value => _mark switch
    {
        0 => nameof(Disabled),
        AutoMark => nameof(Auto),
        ParallelMark => nameof(Parallel),
        _ => _mark.ToString(CultureInfo.InvariantCulture),
    };

    /// <summary>A number of connections.</summary>
    /// <param name="connections">2 to 255.</param>
    /// <exception cref="VirtMigrationException">ParallelConnectionsInvalid: out of range.</exception>
    public static ParallelChoice Number(int connections) =>
        connections is >= Least and <= Most ? new(connections) : throw Invalid(connections.ToString(CultureInfo.InvariantCulture));

    /// <summary>Reads <c>Disabled</c>, <c>Auto</c>, <c>Parallel</c> or a number, without regard to case.</summary>
    /// <param name="text">The text.</param>
    /// <exception cref="VirtMigrationException">ParallelConnectionsInvalid.</exception>
    public static ParallelChoice Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string trimmed = text.Trim();
        foreach (ParallelChoice named in (ReadOnlySpan<ParallelChoice>)[Disabled, Auto, Parallel])
        {
            if (trimmed.Equals(named.Value, StringComparison.OrdinalIgnoreCase))
            {
                return named;
            }
        }

        return int.TryParse(trimmed, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) ? Number(number) : throw Invalid(text);
    }

    /// <summary>The number that was stated; null where it is left to the product.</summary>
    public int? Stated() => _mark > 0 ? _mark : null;

    /// <summary>Whether it is parallel whatever the link: <see cref="Parallel"/> or a number. That excludes post-copy.</summary>
    public bool IsForced() => _mark is > 0 or ParallelMark;

    /// <summary>As <see cref="Value"/>.</summary>
    public override string ToString() => Value;

    private static VirtMigrationException Invalid(string text) => new(
        "ParallelConnectionsInvalid",
        $"'{text}' is no choice of parallel connections: "
            + (text.Trim() == "1" ? "one connection is not parallel." : $"a number goes from {Least} to {Most}, which is QEMU's bound."),
        $"Write Disabled, Auto, Parallel, or a number from {Least} to {Most}.",
        text);
}
