using Newtonsoft.Json;
using Newtonsoft.Json.Converters;
using Newtonsoft.Json.Linq;
using Newtonsoft.Json.Serialization;
using VirtMigration.Ports;

namespace VirtMigration.State;

/// <summary>The clusters' state as a JSON file: replaced atomically, changed under a lock, and never overwritten when it cannot be
/// understood.</summary>
public sealed class ClusterFile : IClusterStore
{
    /// <summary>The environment variable that names the folder of the file.</summary>
    public const string HomeVariable = "VIRTMIGRATION_HOME";

    private const string FileName = "cluster.json";

    // Two operators' registrations take milliseconds each; ten seconds mean that a holder hangs.
    private static readonly TimeSpan s_lockPatience = TimeSpan.FromSeconds(10);

    private static readonly JsonSerializerSettings s_form = new()
    {
        ContractResolver = new CamelCasePropertyNamesContractResolver(),
        Formatting = Formatting.Indented,
        NullValueHandling = NullValueHandling.Ignore,
        MissingMemberHandling = MissingMemberHandling.Ignore,

        // What is not ours stays as it was written, also where it looks like a date.
        DateParseHandling = DateParseHandling.None,
        Converters = { new BandwidthJsonConverter(), new ChoiceJsonConverter(), new StringEnumConverter() },
    };

    /// <summary>Creates the store over a folder.</summary>
    /// <param name="folder">The folder; made when something is first written.</param>
    public ClusterFile(string folder)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        FilePath = Path.Combine(Path.GetFullPath(folder), FileName);
    }

    /// <summary>The file.</summary>
    public string FilePath { get; }

    /// <summary>The folder that <see cref="HomeVariable"/> names, else <c>virtmigration</c> in the user's configuration folder.</summary>
    public static string DefaultFolder()
    {
        string? stated = Environment.GetEnvironmentVariable(HomeVariable);
        return string.IsNullOrWhiteSpace(stated)
            ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData, Environment.SpecialFolderOption.DoNotVerify), "virtmigration")
            : stated;
    }

    /// <inheritdoc/>
    public ClusterState Load()
    {
        string text;
        try
        {
            text = File.ReadAllText(FilePath);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return new();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new VirtMigrationException("ClusterFileUnreadable", $"The cluster file {FilePath} cannot be read: {error.Message}",
                "See to the file's rights, or name another folder in VIRTMIGRATION_HOME.", FilePath, error);
        }

        return Understand(text);
    }

    /// <inheritdoc/>
    public ClusterState Update(Func<ClusterState, ClusterState> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(FilePath)!);
            using FileStream held = Lock();
            ClusterState changed = change(Load());
            AtomicFile.Replace(FilePath, JsonConvert.SerializeObject(changed, s_form), durable: true);
            return changed;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new VirtMigrationException("ClusterFileUnwritable", $"The cluster file {FilePath} cannot be written: {error.Message}",
                "See to the folder's rights and room, or name another folder in VIRTMIGRATION_HOME.", FilePath, error);
        }
    }

    private ClusterState Understand(string text)
    {
        try
        {
            JObject content = JsonConvert.DeserializeObject<JObject>(text, s_form) ?? throw new JsonSerializationException("the file is empty");

            // The version comes first: what a newer version wrote differently is not broken.
            if (content["schemaVersion"] is JValue { Value: long version } && version > ClusterState.CurrentSchema)
            {
                throw new VirtMigrationException(
                    "ClusterFileTooNew",
                    $"The cluster file {FilePath} has version {version}; this version of VirtMigration knows up to {ClusterState.CurrentSchema}.",
                    "Update the module.",
                    FilePath);
            }

            ClusterState state = content.ToObject<ClusterState>(JsonSerializer.Create(s_form))!;
            CheckHosts(state);
            CheckOptions(state);
            CheckMaintenances(state);
            return state;
        }
        catch (Exception error) when (error is JsonException or VirtMigrationException { ErrorId: not "ClusterFileTooNew" })
        {
            throw new VirtMigrationException(
                "ClusterFileCorrupt",
                $"The cluster file {FilePath} cannot be understood: {error.Message.TrimEnd('.')}. It is left as it is, and a copy was put at {KeepAside(text)}.",
                "Repair the file, or move it away and register the hosts again.",
                FilePath,
                error);
        }
    }

    private static void CheckHosts(ClusterState state)
    {
        foreach (Inventory.HostRegistration host in state.Hosts)
        {
            if (string.IsNullOrWhiteSpace(host?.Name) || string.IsNullOrWhiteSpace(host.Cluster)
                || string.IsNullOrWhiteSpace(host.ConnectUri) || string.IsNullOrWhiteSpace(host.PeerUri))
            {
                throw new JsonSerializationException($"the host '{host?.Name}' lacks its name, cluster, connectUri or peerUri");
            }
        }
    }

    // Somebody may have edited the file by hand: what would be refused at the prompt must not come in here.
    private static void CheckOptions(ClusterState state)
    {
        foreach (Policies.MigrationPolicy policy in state.Policies)
        {
            Policies.PolicyRules.Check(policy ?? throw new JsonSerializationException("a policy is empty"));
        }

        foreach (Options.ClusterMigrationOptions options in state.Clusters)
        {
            if (string.IsNullOrWhiteSpace(options?.Cluster))
            {
                throw new JsonSerializationException("options state no cluster");
            }

            Options.OptionRules.Check(options);
        }

        foreach (Options.AffinityGroup group in state.AffinityGroups)
        {
            if (group is null || string.IsNullOrWhiteSpace(group.Cluster) || group.Vms.Any(vm => vm is null || vm.Uuid == Guid.Empty || string.IsNullOrWhiteSpace(vm.Name)))
            {
                throw new JsonSerializationException($"the affinity group '{group?.Name}' lacks its cluster, or a VM of it its uuid or name");
            }

            Options.AffinityRules.Check(group);
        }
    }

    // The host may have been unregistered by a version that knows nothing of maintenance: its record stays until it is ended.
    private static void CheckMaintenances(ClusterState state)
    {
        HashSet<string> hosts = new(StringComparer.OrdinalIgnoreCase);
        foreach (Evacuation.HostMaintenance record in state.Maintenances)
        {
            string? wrong = string.IsNullOrWhiteSpace(record?.Host) || string.IsNullOrWhiteSpace(record.Operator) ? "lacks its host or operator"
                : !Enum.IsDefined(record.State) ? $"has the state {record.State}, which there is not"
                : !hosts.Add(record.Host) ? "is there twice"
                : IsBroken(record.Moved, one => one.Uuid, one => one.VM) || record.Moved.Any(one => string.IsNullOrWhiteSpace(one.To)) ? "has a moved VM that lacks its uuid, name or host"
                : IsBroken(record.Left, one => one.Uuid, one => one.VM) ? "has a left VM that lacks its uuid or name"
                : record.Plan is Evacuation.SavedEvacuation plan && (IsBroken(plan.Moves, one => one.Uuid, one => one.VM) || plan.Moves.Any(one => string.IsNullOrWhiteSpace(one.Destination))
                    || IsBroken(plan.Left, one => one.Uuid, one => one.VM)) ? "has a plan with a VM that lacks its uuid, name or destination"
                : null;
            if (wrong is not null)
            {
                throw new JsonSerializationException($"the maintenance of host '{record?.Host}' {wrong}");
            }
        }
    }

    private static bool IsBroken<T>(IReadOnlyList<T>? vms, Func<T, Guid> uuid, Func<T, string?> name) =>
        vms is null || vms.Any(vm => vm is null || uuid(vm) == Guid.Empty || string.IsNullOrWhiteSpace(name(vm)));

    // Named by content, so that reading the same broken file twice leaves one copy.
    private string KeepAside(string text)
    {
        byte[] hash = System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text));
        string aside = $"{FilePath}.corrupt-{Convert.ToHexStringLower(hash)[..12]}";
        try
        {
            if (!File.Exists(aside))
            {
                File.Copy(FilePath, aside);
            }

            return aside;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return $"(no copy: {error.Message})";
        }
    }

    private FileStream Lock() => FileLock.Take($"{FilePath}.lock", s_lockPatience, error => new(
        "ClusterFileLocked", $"The cluster file {FilePath} has been locked by another process for {s_lockPatience.TotalSeconds:0} s.",
        "Try again; if it stays locked, look for a process that hangs with the file open.", FilePath, error));
}
