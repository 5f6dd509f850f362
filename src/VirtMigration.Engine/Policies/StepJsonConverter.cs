using Newtonsoft.Json;

namespace VirtMigration.Policies;

/// <summary>Steps are kept as the text that operators write.</summary>
internal sealed class StepJsonConverter : JsonConverter<ConvergenceStep>
{
    /// <inheritdoc/>
    public override ConvergenceStep? ReadJson(
        JsonReader reader, Type objectType, ConvergenceStep? existingValue, bool hasExistingValue, JsonSerializer serializer) =>
        reader.Value is string text ? ConvergenceStep.Parse(text) : throw new JsonSerializationException($"'{reader.Value}' at {reader.Path} is not a step.");

    /// <inheritdoc/>
    public override void WriteJson(JsonWriter writer, ConvergenceStep? value, JsonSerializer serializer) => writer.WriteValue(value?.ToString());
}
