using System.Text.Json;

namespace VirtMigration.LabTests;

/// <summary>What a host's libvirtd told QEMU for one migration: its settings before the start.</summary>
internal sealed class QmpLog
{
    private readonly Dictionary<string, bool> _capabilities = [];
    private readonly Dictionary<string, JsonElement> _parameters = [];

    /// <summary>Whether a migration was started at all.</summary>
    public bool Started { get; private set; }

    /// <summary>The milliseconds that <see cref="ReadAsync"/> takes as its beginning.</summary>
    public static long Now() => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

    /// <summary>Reads what a host's libvirtd sent since a moment, up to the start of a migration.</summary>
    public static async Task<QmpLog> ReadAsync(string host, long since)
    {
        QmpLog log = new();
        string text = await LabFixture.LabAsync("qmp", host, "--since", $"{since}");
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!log.Take(JsonDocument.Parse(line.Split(' ', 3)[2]).RootElement))
            {
                break;
            }
        }

        return log;
    }

    public bool Capability(string name) => _capabilities.GetValueOrDefault(name);

    public long? Number(string name) => _parameters.TryGetValue(name, out JsonElement value) ? value.GetInt64() : null;

    public string? Text(string name) => _parameters.TryGetValue(name, out JsonElement value) ? value.GetString() : null;

    private bool Take(JsonElement command)
    {
        string? what = command.TryGetProperty("execute", out JsonElement execute) ? execute.GetString() : null;
        if (what == "migrate")
        {
            Started = true;
            return false;
        }

        if (what == "migrate-set-capabilities")
        {
            foreach (JsonElement one in command.GetProperty("arguments").GetProperty("capabilities").EnumerateArray())
            {
                _capabilities[one.GetProperty("capability").GetString()!] = one.GetProperty("state").GetBoolean();
            }
        }

        if (what == "migrate-set-parameters")
        {
            foreach (JsonProperty one in command.GetProperty("arguments").EnumerateObject())
            {
                _parameters[one.Name] = one.Value.Clone();
            }
        }

        return true;
    }
}
