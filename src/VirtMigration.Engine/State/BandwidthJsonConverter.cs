using Newtonsoft.Json;
using VirtMigration.Units;

namespace VirtMigration.State;

/// <summary>Bandwidths are kept as text with their unit.</summary>
internal sealed class BandwidthJsonConverter : JsonConverter<Bandwidth>
{
    /// <inheritdoc/>
    public override Bandwidth ReadJson(JsonReader reader, Type objectType, Bandwidth existingValue, bool hasExistingValue, JsonSerializer serializer) =>
        reader.Value is string text
            ? Bandwidth.Parse(text)
            : throw new JsonSerializationException($"'{reader.Value}' at {reader.Path} is not a bandwidth with its unit, such as \"10Gbps\".");

    /// <inheritdoc/>
    public override void WriteJson(JsonWriter writer, Bandwidth value, JsonSerializer serializer) =>
        // Bits, so that nothing is rounded.
        writer.WriteValue(value.HasNoLimit() ? "unlimited" : $"{value.BitsPerSecond}bps");
}
