using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace VirtMigration.Options;

/// <summary>One VM of a group.</summary>
/// <param name="Uuid">Its UUID, which counts.</param>
/// <param name="Name">Its name when it was added, for people.</param>
public sealed record AffinityMember(Guid Uuid, string Name)
{
    /// <summary>What this version does not know, kept as it is.</summary>
    [JsonExtensionData]
    internal IDictionary<string, JToken>? Other { get; init; }

    /// <summary>Its name.</summary>
    public override string ToString() => Name;
}
