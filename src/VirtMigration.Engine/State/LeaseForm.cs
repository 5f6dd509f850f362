using System.Reflection;
using System.Runtime.CompilerServices;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Newtonsoft.Json.Serialization;
using VirtMigration.Ports;

namespace VirtMigration.State;

/// <summary>A lease as a small JSON document, and back.</summary>
internal static class LeaseForm
{
    /// <summary>The version that this product writes, and the newest that it reads.</summary>
    public const int CurrentVersion = 1;

    private const string VersionName = "schemaVersion";

    private static readonly JsonSerializerSettings s_form = new()
    {
        ContractResolver = new Contracts { NamingStrategy = new CamelCaseNamingStrategy() },
        Formatting = Formatting.Indented,
        NullValueHandling = NullValueHandling.Ignore,
        MissingMemberHandling = MissingMemberHandling.Ignore,
        DateParseHandling = DateParseHandling.None,
    };

    /// <summary>A lease as text.</summary>
    public static string Write(MigrationLease lease)
    {
        JObject document = JObject.FromObject(lease, JsonSerializer.Create(s_form));
        document.AddFirst(new JProperty(VersionName, CurrentVersion));
        return document.ToString(Formatting.Indented);
    }

    /// <summary>Reads a lease.</summary>
    /// <param name="text">The text.</param>
    /// <param name="newer">The version, where a newer product wrote it; else null.</param>
    /// <exception cref="JsonException">It is no lease.</exception>
    public static MigrationLease? Read(string text, out long? newer)
    {
        JObject document = JsonConvert.DeserializeObject<JObject>(text, s_form) ?? throw new JsonSerializationException("the file is empty");
        if (document[VersionName] is not JValue { Value: long version })
        {
            throw new JsonSerializationException("it states no version");
        }

        newer = version > CurrentVersion ? version : null;
        return newer is null ? document.ToObject<MigrationLease>(JsonSerializer.Create(s_form)) : null;
    }

    private sealed class Contracts : DefaultContractResolver
    {
        protected override JsonProperty CreateProperty(MemberInfo member, MemberSerialization memberSerialization)
        {
            JsonProperty property = base.CreateProperty(member, memberSerialization);
            property.Required = member.IsDefined(typeof(RequiredMemberAttribute)) ? Required.Always : property.Required;
            return property;
        }
    }
}
