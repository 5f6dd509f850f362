using Newtonsoft.Json;
using VirtMigration.Options;
using VirtMigration.Units;

namespace VirtMigration.State;

/// <summary>Choices are kept as the text that operators write, bandwidths exactly. Not the generic base, for the reason that
/// <see cref="BandwidthJsonConverter"/> gives.</summary>
internal sealed class ChoiceJsonConverter : JsonConverter
{
    /// <inheritdoc/>
    public override bool CanConvert(Type objectType) => Bare(objectType) is Type bare
        && (bare == typeof(ParallelChoice) || bare == typeof(BandwidthChoice) || bare == typeof(GuestNotice));

    /// <inheritdoc/>
    public override object? ReadJson(JsonReader reader, Type objectType, object? existingValue, JsonSerializer serializer) => reader.Value switch
    {
        null when reader.TokenType == JsonToken.Null && Bare(objectType) != objectType => null,
        string text => Bare(objectType) == typeof(ParallelChoice) ? ParallelChoice.Parse(text)
            : Bare(objectType) == typeof(GuestNotice) ? GuestNotice.Parse(text)
            : BandwidthChoice.Parse(text),
        _ => throw new JsonSerializationException($"'{reader.Value}' at {reader.Path} is not a choice written as text."),
    };

    /// <inheritdoc/>
    public override void WriteJson(JsonWriter writer, object? value, JsonSerializer serializer) => writer.WriteValue(value switch
    {
        BandwidthChoice choice when choice.Stated() is Bandwidth { BitsPerSecond: < long.MaxValue } rate => $"{rate.BitsPerSecond}bps",
        _ => value?.ToString(),
    });

    private static Type Bare(Type type) => Nullable.GetUnderlyingType(type) ?? type;
}
