using System.Text.Json;
using System.Text.Json.Nodes;
using VirtMigration.Units;

namespace VirtMigration.Native.Domains;

/// <summary>Commands to QEMU's monitor and its answers (QMP, docs/interop/qmp-spec in QEMU's source).</summary>
internal static class QmpText
{
    /// <summary>Sets what QEMU may count on when it decides to switch over: <c>avail-switchover-bandwidth</c>, in bytes a second, since
    /// QEMU 8.2 (qapi/migration.json).</summary>
    /// <param name="bandwidth">The bandwidth; null: QEMU estimates, which is written as 0.</param>
    public static string SetSwitchoverBandwidth(Bandwidth? bandwidth) => new JsonObject
    {
        ["execute"] = "migrate-set-parameters",
        ["arguments"] = new JsonObject
        {
            // A rate below one byte must not turn into the 0 that means something else.
            ["avail-switchover-bandwidth"] = bandwidth is { } rate ? Math.Max(1, rate.BitsPerSecond / 8) : 0,
        },
    }.ToJsonString();

    /// <summary>QEMU's refusal in an answer; null: it did what it was told.</summary>
    /// <param name="reply">The answer.</param>
    /// <exception cref="FormatException">It is not an answer.</exception>
    public static QmpError? ErrorOf(string reply)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(reply);
            JsonElement root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Object)
            {
                if (root.TryGetProperty("error", out JsonElement error))
                {
                    return new(Text(error, "class") ?? string.Empty, Text(error, "desc") ?? error.GetRawText());
                }

                if (root.TryGetProperty("return", out _))
                {
                    return null;
                }
            }
        }
        catch (JsonException error)
        {
            throw new FormatException($"The answer of QEMU's monitor cannot be read: {error.Message}", error);
        }

        throw new FormatException($"QEMU's monitor answered neither yes nor no: {reply}");
    }

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object
        && element.TryGetProperty(name, out JsonElement value)
        && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
