using System.Globalization;
using Newtonsoft.Json;
using VirtMigration.Units;

namespace VirtMigration.State;

/// <summary>Amounts and durations of the history are text with one and the same unit each, exact and easy to take apart:
/// <c>536870912B</c>, <c>42.5ms</c>. Not the generic base, for the reason that <see cref="BandwidthJsonConverter"/> gives.</summary>
internal sealed class QuantityJsonConverter : JsonConverter
{
    /// <inheritdoc/>
    public override bool CanConvert(Type objectType) => Bare(objectType) == typeof(ByteSize) || Bare(objectType) == typeof(TimeSpan);

    /// <inheritdoc/>
    public override object? ReadJson(JsonReader reader, Type objectType, object? existingValue, JsonSerializer serializer) => reader.Value switch
    {
        null when reader.TokenType == JsonToken.Null && Bare(objectType) != objectType => null,
        string text => Bare(objectType) == typeof(ByteSize) ? ByteSize.Parse(text) : DurationText.Parse(text),
        _ => throw new JsonSerializationException($"'{reader.Value}' at {reader.Path} is no amount or duration with its unit, such as \"4096B\" or \"42ms\"."),
    };

    /// <inheritdoc/>
    public override void WriteJson(JsonWriter writer, object? value, JsonSerializer serializer) => writer.WriteValue(value switch
    {
        ByteSize size => string.Create(CultureInfo.InvariantCulture, $"{size.Bytes}B"),
        TimeSpan time => string.Create(CultureInfo.InvariantCulture, $"{(decimal)time.Ticks / TimeSpan.TicksPerMillisecond:0.####}ms"),
        _ => null,
    });

    private static Type Bare(Type type) => Nullable.GetUnderlyingType(type) ?? type;
}
