using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using Newtonsoft.Json;
using Newtonsoft.Json.Converters;
using Newtonsoft.Json.Serialization;
using VirtMigration.Convergence;
using VirtMigration.Execution;

namespace VirtMigration.State;

/// <summary>A run as one line of JSON, and back.</summary>
internal static class HistoryForm
{
    private static readonly JsonSerializer s_form = JsonSerializer.Create(new()
    {
        ContractResolver = new Contracts { NamingStrategy = new CamelCaseNamingStrategy() },
        Formatting = Formatting.None,
        NullValueHandling = NullValueHandling.Ignore,
        MissingMemberHandling = MissingMemberHandling.Ignore,
        DateParseHandling = DateParseHandling.None,

        // Two lines that run into each other are not the first of them.
        CheckAdditionalContent = true,
        Converters =
        {
            new BandwidthJsonConverter(),
            new QuantityJsonConverter(),
            new ArrayJsonConverter(),
            new StringEnumConverter { AllowIntegerValues = false },
        },
    });

    /// <summary>A run as a line without its end.</summary>
    public static string Write(MigrationRecord record)
    {
        using StringWriter text = new();
        s_form.Serialize(text, record);
        return text.ToString();
    }

    /// <summary>Reads a line. False: it is not a run, or was cut short, or a newer version wrote it.</summary>
    /// <param name="line">The line.</param>
    /// <param name="record">The run.</param>
    /// <param name="newer">Whether a newer version wrote it.</param>
    public static bool TryRead(string line, [NotNullWhen(true)] out MigrationRecord? record, out bool newer)
    {
        record = null;
        newer = false;
        try
        {
            newer = VersionOf(line) > MigrationRecord.CurrentFormat;
            if (newer)
            {
                return false;
            }

            using JsonTextReader reader = new(new StringReader(line)) { DateParseHandling = DateParseHandling.None };
            MigrationRecord read = s_form.Deserialize<MigrationRecord>(reader) ?? throw new JsonSerializationException("the line is empty");
            if (read.Samples.Any(sample => sample is null))
            {
                throw new JsonSerializationException("a sample is empty");
            }

            record = read with
            {
                // They are the run's own, and a line need not say them hundreds of times.
                Samples = (MigrationSample[])[.. read.Samples.Select(sample => sample with { VM = read.VM, Source = read.Source, Destination = read.Destination })],
            };
            return true;
        }
        catch (Exception error) when (error is JsonException or VirtMigrationException)
        {
            return false;
        }
    }

    private static long VersionOf(string line)
    {
        using JsonTextReader reader = new(new StringReader(line)) { DateParseHandling = DateParseHandling.None };
        return reader.Read() && reader.Read() && "formatVersion".Equals(reader.Value) && reader.Read() && reader.Value is long version
            ? version
            : throw new JsonSerializationException("the line does not begin with its version");
    }

    private sealed class Contracts : DefaultContractResolver
    {
        protected override JsonProperty CreateProperty(MemberInfo member, MemberSerialization memberSerialization)
        {
            JsonProperty property = base.CreateProperty(member, memberSerialization);

            // What is worked out from the rest is not written.
            property.Ignored |= !property.Writable
                || (member.DeclaringType == typeof(MigrationSample)
                    && member.Name is nameof(MigrationSample.VM) or nameof(MigrationSample.Source) or nameof(MigrationSample.Destination));

            // A line that lacks a part of the record itself is no record. What later versions add to it is not required, so that the
            // lines of this one stay readable.
            if (member.DeclaringType == typeof(MigrationRecord) || member.DeclaringType == typeof(PlanRecord))
            {
                property.Required = member.IsDefined(typeof(RequiredMemberAttribute)) ? Required.Always : Required.Default;
            }

            return property;
        }
    }
}
