using Newtonsoft.Json;
using VirtMigration.Units;

namespace VirtMigration.State;

/// <summary>Bandwidths are kept as text with their unit. Not the generic base: that one leaves a nullable bandwidth to the default
/// form, which cannot be read back.</summary>
internal sealed class BandwidthJsonConverter : JsonConverter
{
    /// <inheritdoc/>
    public override bool CanConvert(Type objectType) => objectType == typeof(Bandwidth) || objectType == typeof(Bandwidth?);

    /// <inheritdoc/>
    public override object? ReadJson(JsonReader reader, Type objectType, object? existingValue, JsonSerializer serializer) => reader.Value switch
    {
        null when reader.TokenType == JsonToken.Null && objectType == typeof(Bandwidth?) => null,
        string text => Bandwidth.Parse(text),
        _ => throw new JsonSerializationException($"'{reader.Value}' at {reader.Path} is not a bandwidth with its unit, such as \"10Gbps\"."),
    };

    /// <inheritdoc/>
    public override void WriteJson(JsonWriter writer, object? value, JsonSerializer serializer)
    {
        Bandwidth bandwidth = (Bandwidth)value!;

        // Bits, so that nothing is rounded.
        writer.WriteValue(bandwidth.HasNoLimit() ? "unlimited" : $"{bandwidth.BitsPerSecond}bps");
    }
}
