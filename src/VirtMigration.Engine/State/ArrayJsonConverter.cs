using Newtonsoft.Json;

namespace VirtMigration.State;

/// <summary>Lists are read as arrays: what reaches a shell is what a shell knows best.</summary>
internal sealed class ArrayJsonConverter : JsonConverter
{
    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override bool CanConvert(Type objectType) => objectType.IsGenericType && objectType.GetGenericTypeDefinition() == typeof(IReadOnlyList<>);

    /// <inheritdoc/>
    public override object? ReadJson(JsonReader reader, Type objectType, object? existingValue, JsonSerializer serializer) =>
        serializer.Deserialize(reader, objectType.GetGenericArguments()[0].MakeArrayType());

    /// <inheritdoc/>
    public override void WriteJson(JsonWriter writer, object? value, JsonSerializer serializer) => throw new NotSupportedException();
}
