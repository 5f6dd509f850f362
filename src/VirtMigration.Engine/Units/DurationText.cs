using System.Globalization;

namespace VirtMigration.Units;

/// <summary>Durations as people write them. The shell's own conversion reads <c>500</c> as 50 microseconds and <c>'5'</c> as five
/// days, so a duration always comes as text with its unit.</summary>
public static class DurationText
{
    private static readonly (string Suffix, decimal Ticks)[] s_suffixes =
    [
        ("ms", TimeSpan.TicksPerMillisecond),
        ("min", TimeSpan.TicksPerMinute),
        ("s", TimeSpan.TicksPerSecond),
        ("m", TimeSpan.TicksPerMinute),
        ("h", TimeSpan.TicksPerHour),
    ];

    /// <summary>Reads <c>500ms</c>, <c>2s</c>, <c>1.5min</c> or <c>1h</c>.</summary>
    /// <param name="text">The text.</param>
    /// <exception cref="VirtMigrationException">DurationInvalid: no number or no unit.</exception>
    public static TimeSpan Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string trimmed = text.Trim();
        foreach ((string suffix, decimal ticks) in s_suffixes)
        {
            if (trimmed.EndsWith(suffix, StringComparison.OrdinalIgnoreCase)
                && decimal.TryParse(trimmed[..^suffix.Length].TrimEnd(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal amount)
                && amount <= long.MaxValue / ticks)
            {
                return new((long)(amount * ticks));
            }
        }

        throw new VirtMigrationException(
            "DurationInvalid",
            $"'{text}' is not a duration: it needs a number, 0 or more, and a unit of time.",
            "Write it with its unit: 500ms, 2s, 5min or 1h.",
            text);
    }

    /// <summary>A duration with its unit, at a precision that suits its size: <c>45 ms</c>, <c>2.3 s</c>, <c>4 min 10 s</c>.</summary>
    /// <param name="value">The duration.</param>
    public static string Format(TimeSpan value) => value switch
    {
        { TotalSeconds: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{value.TotalMilliseconds:0} ms"),
        { TotalMinutes: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{value.TotalSeconds:0.#} s"),
        { TotalHours: < 1 } => $"{value.Minutes} min {value.Seconds} s",
        _ => $"{(int)value.TotalHours} h {value.Minutes} min",
    };

    /// <summary>A duration as <see cref="Parse"/> reads it back, in the largest unit that leaves a whole number: <c>90 s</c>,
    /// <c>150 ms</c>.</summary>
    /// <param name="value">The duration.</param>
    public static string Exact(TimeSpan value)
    {
        foreach ((long ticks, string unit) in (ReadOnlySpan<(long, string)>)
            [(TimeSpan.TicksPerHour, "h"), (TimeSpan.TicksPerMinute, "min"), (TimeSpan.TicksPerSecond, "s")])
        {
            if (value.Ticks != 0 && value.Ticks % ticks == 0)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{value.Ticks / ticks} {unit}");
            }
        }

        return string.Create(CultureInfo.InvariantCulture, $"{(decimal)value.Ticks / TimeSpan.TicksPerMillisecond:0.####} ms");
    }
}
