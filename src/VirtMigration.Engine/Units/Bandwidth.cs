using System.Globalization;

namespace VirtMigration.Units;

/// <summary>A rate of data. Held as whole bits a second; made only by name, never from a bare number: network people mean
/// megabits (10^6), hypervisors mean mebibytes (2^20), and the two must not meet unnoticed.</summary>
public readonly record struct Bandwidth : IComparable<Bandwidth>
{
    /// <summary>What libvirt takes as "no limit", in MiB/s: INT64_MAX / 2^20, its QEMU_DOMAIN_MIG_BANDWIDTH_MAX. An absent
    /// value or 0 would mean "what an earlier migrate-setspeed left".</summary>
    public const long UnlimitedMebibytesPerSecond = 8796093022207;

    private const long BitsPerMebibyte = 8L * 1024 * 1024;
    private const long Kilo = 1000;
    private const long Mega = Kilo * 1000;
    private const long Giga = Mega * 1000;
    private const long Tera = Giga * 1000;

    private static readonly (string Suffix, decimal Bits)[] s_suffixes =
    [
        ("KiB/s", 8m * 1024),
        ("MiB/s", BitsPerMebibyte),
        ("GiB/s", 1024m * BitsPerMebibyte),
        ("KB/s", 8m * Kilo),
        ("MB/s", 8m * Mega),
        ("GB/s", 8m * Giga),
        ("kbit/s", Kilo),
        ("Mbit/s", Mega),
        ("Gbit/s", Giga),
        ("Tbit/s", Tera),
        ("kbps", Kilo),
        ("Mbps", Mega),
        ("Gbps", Giga),
        ("Tbps", Tera),
        ("kbit", Kilo),
        ("Mbit", Mega),
        ("Gbit", Giga),
        ("B/s", 8m),
        ("bit/s", 1m),
        ("bps", 1m),
    ];

    private Bandwidth(long bitsPerSecond) => BitsPerSecond = bitsPerSecond;

    /// <summary>No limit.</summary>
    public static Bandwidth Unlimited { get; } = new(long.MaxValue);

    /// <summary>The rate in bits a second; 9223372036854775807 stands for no limit.</summary>
    public long BitsPerSecond { get; }

    /// <summary>A rate in bits a second.</summary>
    /// <param name="value">0 or more.</param>
    public static Bandwidth FromBitsPerSecond(long value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        return new(value);
    }

    /// <summary>A rate in megabits (10^6) a second, as NICs state it.</summary>
    /// <param name="value">0 or more.</param>
    public static Bandwidth FromMegabitsPerSecond(long value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        return new(checked(value * Mega));
    }

    /// <summary>A rate in bytes a second, as QEMU and libvirt report it.</summary>
    /// <param name="value">0 or more.</param>
    public static Bandwidth FromBytesPerSecond(long value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        return value > long.MaxValue / 8 ? Unlimited : new(value * 8);
    }

    /// <summary>A rate in MiB (2^20 bytes) a second, as libvirt takes it.</summary>
    /// <param name="value">0 or more; <see cref="UnlimitedMebibytesPerSecond"/> and above is no limit.</param>
    public static Bandwidth FromMebibytesPerSecond(long value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        return value > long.MaxValue / BitsPerMebibyte ? Unlimited : new(value * BitsPerMebibyte);
    }

    /// <summary>Reads a rate with its unit: <c>10Gbps</c>, <c>800Mbps</c>, <c>100MiB/s</c>, <c>1.5 GB/s</c>, <c>unlimited</c>.
    /// b is bits and B is bytes; a number without a unit is refused.</summary>
    /// <param name="text">The text.</param>
    /// <exception cref="VirtMigrationException">BandwidthInvalid: no number, no unit, or a size instead of a rate.</exception>
    public static Bandwidth Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParse(text, out Bandwidth value)
            ? value
            : throw new VirtMigrationException(
                "BandwidthInvalid",
                $"'{text}' is not a bandwidth: it needs a number, 0 or more, and a unit of rate.",
                "Write it with its unit, as 10Gbps or 100MiB/s. Bits: bps, kbps, Mbps, Gbps, Tbps (or bit/s, kbit/s, Mbit/s ...). "
                    + "Bytes: B/s, KB/s, MB/s, GB/s, KiB/s, MiB/s, GiB/s. 'unlimited' for no limit.",
                text);
    }

    /// <summary>Reads a rate with its unit, without an exception.</summary>
    /// <param name="text">The text.</param>
    /// <param name="value">The rate.</param>
    public static bool TryParse(string? text, out Bandwidth value)
    {
        value = default;
        string trimmed = text?.Trim() ?? string.Empty;
        if (trimmed.Equals("unlimited", StringComparison.OrdinalIgnoreCase))
        {
            value = Unlimited;
            return true;
        }

        foreach ((string suffix, decimal bits) in s_suffixes)
        {
            if (!EndsWithUnit(trimmed, suffix))
            {
                continue;
            }

            string number = trimmed[..^suffix.Length].TrimEnd();
            if (!decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal amount)
                || amount > long.MaxValue / bits)
            {
                return false;
            }

            value = new((long)(amount * bits));
            return true;
        }

        return false;
    }

    /// <summary>Whether this is no limit. A method, so that a bandwidth has one public property.</summary>
    public bool HasNoLimit() => BitsPerSecond == long.MaxValue;

    /// <summary>Whole MiB a second, rounded down: what libvirt takes. No limit gives
    /// <see cref="UnlimitedMebibytesPerSecond"/>.</summary>
    /// <exception cref="VirtMigrationException">BandwidthTooSmall: below 1 MiB/s, which libvirt would read as "not stated".</exception>
    public long ToMebibytesPerSecond()
    {
        if (HasNoLimit())
        {
            return UnlimitedMebibytesPerSecond;
        }

        long mebibytes = BitsPerSecond / BitsPerMebibyte;
        return mebibytes >= 1
            ? mebibytes
            : throw new VirtMigrationException(
                "BandwidthTooSmall",
                $"A migration bandwidth of {this} is below 1 MiB/s (8.388608 Mbps), the least that libvirt can be told.",
                "State at least 8.39Mbps or 1MiB/s.",
                ToString());
    }

    /// <summary>Whole megabits a second, rounded down.</summary>
    public long ToMegabitsPerSecond() => BitsPerSecond / Mega;

    /// <summary>This rate shared by a number of migrations.</summary>
    /// <param name="shares">1 or more.</param>
    public Bandwidth DividedBy(int shares)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(shares, 1);
        return HasNoLimit() ? this : new(BitsPerSecond / shares);
    }

    /// <summary>The lower of two rates.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static Bandwidth Min(Bandwidth left, Bandwidth right) => left.BitsPerSecond <= right.BitsPerSecond ? left : right;

    /// <inheritdoc/>
    public int CompareTo(Bandwidth other) => BitsPerSecond.CompareTo(other.BitsPerSecond);

    /// <summary>The rate as <see cref="Parse"/> reads it back, in the largest unit that loses nothing: <c>10 Gbps</c>, <c>100 MiB/s</c>.</summary>
    public string ToExactString() =>
        HasNoLimit() || Parse(ToString()) == this ? ToString()
        : BitsPerSecond % BitsPerMebibyte == 0 ? string.Create(CultureInfo.InvariantCulture, $"{BitsPerSecond / BitsPerMebibyte} MiB/s")
        : string.Create(CultureInfo.InvariantCulture, $"{BitsPerSecond} bps");

    /// <summary>The rate in the largest decimal unit that leaves at least 1: <c>10 Gbps</c>, <c>943.7 Mbps</c>.</summary>
    public override string ToString()
    {
        if (HasNoLimit())
        {
            return "unlimited";
        }

        (decimal divisor, string unit) = BitsPerSecond switch
        {
            >= Tera => (Tera, "Tbps"),
            >= Giga => (Giga, "Gbps"),
            >= Mega => (Mega, "Mbps"),
            >= Kilo => (Kilo, "kbps"),
            _ => (1m, "bps"),
        };
        return string.Create(CultureInfo.InvariantCulture, $"{BitsPerSecond / divisor:0.##} {unit}");
    }

    /// <summary>Whether one rate is below another.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static bool operator <(Bandwidth left, Bandwidth right) => left.CompareTo(right) < 0;

    /// <summary>Whether one rate is above another.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static bool operator >(Bandwidth left, Bandwidth right) => left.CompareTo(right) > 0;

    /// <summary>Whether one rate is at most another.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static bool operator <=(Bandwidth left, Bandwidth right) => left.CompareTo(right) <= 0;

    /// <summary>Whether one rate is at least another.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static bool operator >=(Bandwidth left, Bandwidth right) => left.CompareTo(right) >= 0;

    // Bits and bytes differ by the case of one letter, so that letter is compared exactly and the rest is not.
    private static bool EndsWithUnit(string text, string suffix)
    {
        if (!text.EndsWith(suffix, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        int letter = suffix.IndexOfAny(['b', 'B']);
        return text[text.Length - suffix.Length + letter] == suffix[letter];
    }
}
