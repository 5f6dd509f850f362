using System.Globalization;

namespace VirtMigration.Units;

/// <summary>An amount of memory or data, in whole bytes.</summary>
public readonly record struct ByteSize : IComparable<ByteSize>
{
    private const long Kibi = 1024;
    private const long Mebi = Kibi * 1024;
    private const long Gibi = Mebi * 1024;
    private const long Tebi = Gibi * 1024;

    // KB, MB and GB mean powers of two, as in the shell's own literals (64GB is 68719476736).
    private static readonly (string Suffix, long Bytes)[] s_suffixes =
    [
        ("KiB", Kibi), ("MiB", Mebi), ("GiB", Gibi), ("TiB", Tebi),
        ("KB", Kibi), ("MB", Mebi), ("GB", Gibi), ("TB", Tebi),
        ("B", 1),
    ];

    /// <summary>An amount in bytes. The shell turns <c>64GB</c> into an integer before anybody sees it, so an integer is bytes.</summary>
    /// <param name="bytes">0 or more.</param>
    public ByteSize(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        Bytes = bytes;
    }

    /// <summary>The amount in bytes.</summary>
    public long Bytes { get; }

    /// <summary>An amount in KiB (2^10 bytes), as libvirt states memory.</summary>
    /// <param name="value">0 or more.</param>
    public static ByteSize FromKibibytes(long value) => new(checked(value * Kibi));

    /// <summary>An amount in MiB (2^20 bytes).</summary>
    /// <param name="value">0 or more.</param>
    public static ByteSize FromMebibytes(long value) => new(checked(value * Mebi));

    /// <summary>Reads an amount with its unit: <c>64GiB</c>, <c>512MiB</c>, <c>1.5TiB</c>. GB means the same as GiB, as in the shell.</summary>
    /// <param name="text">The text.</param>
    /// <exception cref="VirtMigrationException">ByteSizeInvalid.</exception>
    public static ByteSize Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string trimmed = text.Trim();
        foreach ((string suffix, long bytes) in s_suffixes)
        {
            if (trimmed.EndsWith(suffix, StringComparison.OrdinalIgnoreCase)
                && decimal.TryParse(trimmed[..^suffix.Length].TrimEnd(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal amount)
                && amount <= long.MaxValue / bytes)
            {
                return new((long)(amount * bytes));
            }
        }

        throw new VirtMigrationException(
            "ByteSizeInvalid",
            $"'{text}' is not an amount of memory: it needs a number, 0 or more, and a unit.",
            "Write it with its unit: 64GiB or 512MiB.",
            text);
    }

    /// <inheritdoc/>
    public int CompareTo(ByteSize other) => Bytes.CompareTo(other.Bytes);

    /// <summary>The amount in the largest binary unit that leaves at least 1: <c>64 GiB</c>.</summary>
    public override string ToString()
    {
        (decimal divisor, string unit) = Bytes switch
        {
            >= Tebi => (Tebi, "TiB"),
            >= Gibi => (Gibi, "GiB"),
            >= Mebi => (Mebi, "MiB"),
            >= Kibi => (Kibi, "KiB"),
            _ => (1m, "B"),
        };
        return string.Create(CultureInfo.InvariantCulture, $"{Bytes / divisor:0.#} {unit}");
    }

    /// <summary>Whether one amount is below another.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static bool operator <(ByteSize left, ByteSize right) => left.CompareTo(right) < 0;

    /// <summary>Whether one amount is above another.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static bool operator >(ByteSize left, ByteSize right) => left.CompareTo(right) > 0;

    /// <summary>Whether one amount is at most another.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static bool operator <=(ByteSize left, ByteSize right) => left.CompareTo(right) <= 0;

    /// <summary>Whether one amount is at least another.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static bool operator >=(ByteSize left, ByteSize right) => left.CompareTo(right) >= 0;
}
