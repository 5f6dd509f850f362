using System.Globalization;
using System.Xml.Linq;
using VirtMigration.Options;
using VirtMigration.Policies;
using VirtMigration.Units;

namespace VirtMigration.Native.Xml;

/// <summary>What a VM states for its own migrations, as an element of its metadata: an attribute a setting, each with its unit.
/// <c>&lt;options version="1" policy="VeryLarge" migrationBandwidth="1000000000bps" maxDowntime="500ms"/&gt;</c></summary>
internal static class VmOptionsXml
{
    /// <summary>The namespace that is ours alone, beside that of the intent record, since libvirt keeps one element a namespace.</summary>
    public const string Namespace = "https://virtmigration.github.io/xmlns/options/1";

    /// <summary>The prefix libvirt writes it with.</summary>
    public const string Prefix = "vm-options";

    private const string ElementName = "options";
    private const string VersionName = "version";
    private const string Version = "1";

    private static readonly Setting[] s_settings =
    [
        new("policy", options => options.Policy, (options, text) => options with { Policy = PolicyName(text) }),
        new(
            "parallelConnections",
            options => options.ParallelConnections?.Value,
            (options, text) => options with { ParallelConnections = ParallelChoice.Parse(text) }),
        new(
            "maxParallelConnections",
            options => options.MaxParallelConnections?.ToString(CultureInfo.InvariantCulture),
            (options, text) => options with { MaxParallelConnections = Connections(text) }),
        new(
            "migrationBandwidth",
            options => Text(options.MigrationBandwidth),
            (options, text) => options with { MigrationBandwidth = BandwidthChoice.Parse(text) }),
        new(
            "switchoverBandwidth",
            options => Text(options.SwitchoverBandwidth),
            (options, text) => options with { SwitchoverBandwidth = BandwidthChoice.Parse(text) }),
        new("encryption", options => Text(options.Encryption), (options, text) => options with { Encryption = YesOrNo(text) }),
        new("maxDowntime", options => Text(options.MaxDowntime), (options, text) => options with { MaxDowntime = Downtime(text) }),
        new("remapPins", options => Text(options.RemapPins), (options, text) => options with { RemapPins = YesOrNo(text) }),
        new("guestNotice", options => options.GuestNotice?.Value, (options, text) => options with { GuestNotice = GuestNotice.Parse(text) }),
        new("migrationMode", options => options.MigrationMode?.ToString(), (options, text) => options with { MigrationMode = Word<MigrationMode>(text, "mode") }),
        new(
            "migrationPriority",
            options => options.MigrationPriority?.ToString(),
            (options, text) => options with { MigrationPriority = Word<MigrationPriority>(text, "priority") }),
        new("highPerformance", options => Text(options.HighPerformance), (options, text) => options with { HighPerformance = YesOrNo(text) }),
        new("assignedHosts", options => options.AssignedHosts?.ToString(), (options, text) => options with { AssignedHosts = Hosts(text) }),
        new("excludedHosts", options => options.ExcludedHosts?.ToString(), (options, text) => options with { ExcludedHosts = Hosts(text) }),
        new("preferredHosts", options => options.PreferredHosts?.ToString(), (options, text) => options with { PreferredHosts = Hosts(text) }),
        new("avoidedHosts", options => options.AvoidedHosts?.ToString(), (options, text) => options with { AvoidedHosts = Hosts(text) }),
    ];

    /// <summary>The options of a definition, which has the element with its namespace.</summary>
    /// <param name="metadata">The definition's <c>metadata</c>; null where it has none.</param>
    public static VmMigrationOptions ReadFrom(XElement? metadata) =>
        metadata?.Elements().FirstOrDefault(element => element.Name.NamespaceName == Namespace) is { } element
            ? Read(element)
            : VmMigrationOptions.Empty;

    /// <summary>Reads the element as libvirt hands it over, without its namespace. Metadata can be edited by anybody: what cannot be
    /// understood is no error, but counts as nothing, and says why.</summary>
    /// <param name="text">The element.</param>
    public static VmMigrationOptions Read(string text)
    {
        try
        {
            return Read(Element(text));
        }
        catch (FormatException error)
        {
            return Unclear(error.Message);
        }
    }

    /// <summary>The element to store, without its namespace, which libvirt puts on; null where there is nothing to store. What another
    /// version put beside the settings of this one stays; settings of this one that cannot be understood are replaced.</summary>
    /// <param name="options">What the VM is to state; a problem is no part of it.</param>
    /// <param name="former">The element that is stored now; null: none.</param>
    /// <param name="vm">The VM's name, for the message.</param>
    /// <exception cref="VirtMigrationException">VmOptionsTooNew: a newer version wrote what is stored. VmOptionsUnreadable: it is not
    /// XML to us, so nothing of it could be kept.</exception>
    /// <exception cref="ArgumentException">The options could not be read again.</exception>
    public static string? Write(VmMigrationOptions options, string? former, string vm)
    {
        XElement? before = former is null ? null : Former(former, vm);
        XAttribute[] others = [.. before?.Attributes().Where(IsKept) ?? []];
        XNode[] content = [.. before?.Nodes().Where(node => node is not XText text || !string.IsNullOrWhiteSpace(text.Value)) ?? []];
        XElement element = new(ElementName, new XAttribute(VersionName, Version));
        foreach (Setting setting in s_settings)
        {
            element.SetAttributeValue(setting.Name, setting.Write(options));
        }

        if (Read(element) is var stored && stored != (options with { Problem = null }))
        {
            throw new ArgumentException(stored.Problem ?? $"{options} cannot be stored exactly.", nameof(options));
        }

        if (stored == VmMigrationOptions.Empty && content.Length == 0 && others.All(other => other.IsNamespaceDeclaration))
        {
            return null;
        }

        element.Add(others, content);
        return element.ToString(SaveOptions.DisableFormatting);
    }

    private static XElement Element(string text) => SafeXml.Read(text, "element");

    private static VmMigrationOptions Read(XElement element)
    {
        string? version = element.Attribute(VersionName)?.Value;
        if (version != Version)
        {
            return version is not null && IsNewer(version)
                ? new() { Problem = $"The VM's migration options were written by a newer version ({version}; this one knows {Version})." }
                : Unclear(version is null ? "They state no version." : $"'{version}' is not a version.");
        }

        VmMigrationOptions options = VmMigrationOptions.Empty;
        foreach (Setting setting in s_settings)
        {
            try
            {
                options = element.Attribute(setting.Name) is { } attribute ? setting.Read(options, attribute.Value) : options;
            }
            catch (Exception error) when (error is FormatException or VirtMigrationException)
            {
                return Unclear($"{setting.Name}: {error.Message}");
            }
        }

        return options;
    }

    // Versions are whole numbers, and one with any number of digits may come.
    private static bool IsNewer(string version) =>
        version.Length > 0 && version.All(char.IsAsciiDigit) && version.TrimStart('0') is not ("" or "1");

    private static VmMigrationOptions Unclear(string reason) =>
        new() { Problem = $"The VM's migration options cannot be understood. {reason}" };

    private static XElement Former(string text, string vm)
    {
        try
        {
            XElement element = Element(text);
            return element.Attribute(VersionName)?.Value is { } version && IsNewer(version)
                ? throw new VirtMigrationException(
                    "VmOptionsTooNew",
                    $"The migration options of VM {vm} were written by a newer version ({version}; this one knows {Version}) "
                        + "and stay as they are.",
                    "Update this module to the version that wrote them, or a newer one.",
                    vm)
                : element;
        }
        catch (FormatException error)
        {
            throw new VirtMigrationException(
                "VmOptionsUnreadable",
                $"What is stored as the migration options of VM {vm} is not XML to this module and stays as it is: {error.Message}",
                $"Look at it: virsh metadata {vm} {Namespace}. The same with --remove deletes it.",
                vm,
                error);
        }
    }

    // The element is written without a namespace, so it can declare neither a default one nor its own, which libvirt declares.
    private static bool IsKept(XAttribute attribute) => attribute.IsNamespaceDeclaration
        ? attribute.Name.LocalName != "xmlns" && attribute.Value != Namespace
        : attribute.Name != VersionName && s_settings.All(setting => attribute.Name != setting.Name);

    // In bits a second: the one unit in which every rate is a whole number.
    private static string? Text(BandwidthChoice? choice) => choice?.Stated() is { } rate && !rate.HasNoLimit()
        ? string.Create(CultureInfo.InvariantCulture, $"{rate.BitsPerSecond}bps")
        : choice?.Value;

    private static string? Text(bool? value) => value switch
    {
        true => "yes",
        false => "no",
        null => null,
    };

    // In milliseconds, as QEMU takes it; with decimals where there are any, so that what is read is what was written.
    private static string? Text(TimeSpan? value) => value is { } duration
        ? string.Create(CultureInfo.InvariantCulture, $"{duration.Ticks / (decimal)TimeSpan.TicksPerMillisecond:0.####}ms")
        : null;

    private static string PolicyName(string text) =>
        string.IsNullOrWhiteSpace(text) ? throw new FormatException("a policy has a name.") : text;

    private static int Connections(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
        && number is >= ParallelChoice.Least and <= ParallelChoice.Most
            ? number
            : throw new FormatException($"'{text}' is not a number from {ParallelChoice.Least} to {ParallelChoice.Most}.");

    private static bool YesOrNo(string text) => text switch
    {
        "yes" => true,
        "no" => false,
        _ => throw new FormatException($"'{text}' is neither yes nor no."),
    };

    // By its name alone: a number would mean another one when one is put between.
    private static T Word<T>(string text, string kind)
        where T : struct, Enum =>
        Enum.GetNames<T>().Contains(text) ? Enum.Parse<T>(text) : throw new FormatException($"'{text}' is no migration {kind}.");

    // An empty list could mean any host or none.
    private static HostNames Hosts(string text) => HostNames.Parse(text) ?? throw new FormatException("it names no host.");

    private static TimeSpan Downtime(string text)
    {
        TimeSpan downtime = DurationText.Parse(text);
        return QemuLimits.Allows(downtime)
            ? downtime
            : throw new FormatException($"'{text}' is not within 1 ms and 2,000 s.");
    }

    /// <summary>One setting.</summary>
    /// <param name="Name">Its attribute.</param>
    /// <param name="Write">Its text; null where it is not stated.</param>
    /// <param name="Read">The options with it, read from its text.</param>
    private sealed record Setting(
        string Name,
        Func<VmMigrationOptions, string?> Write,
        Func<VmMigrationOptions, string, VmMigrationOptions> Read);
}
