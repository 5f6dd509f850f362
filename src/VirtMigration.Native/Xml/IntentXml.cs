using System.Globalization;
using System.Xml.Linq;
using VirtMigration.Ports;

namespace VirtMigration.Native.Xml;

/// <summary>The intent record as an element of a domain's metadata.</summary>
internal static class IntentXml
{
    /// <summary>The namespace that is ours alone. libvirt keeps one element a namespace, so others' metadata is never touched.</summary>
    public const string Namespace = "https://virtmigration.github.io/xmlns/intent/1";

    /// <summary>The prefix libvirt writes it with.</summary>
    public const string Prefix = "vm-migration";

    /// <summary>The element, without its namespace: libvirt puts that on, and takes it off again.</summary>
    /// <param name="intent">The record.</param>
    public static string Write(MigrationIntent intent) => new XElement(
        "intent",
        new XAttribute("operator", intent.Operator),
        new XAttribute("machine", intent.Machine),
        new XAttribute("pid", intent.ProcessId.ToString(CultureInfo.InvariantCulture)),
        new XAttribute("policy", intent.Policy),
        new XAttribute("destination", intent.Destination),
        new XAttribute("started", intent.StartedAt.ToString("O", CultureInfo.InvariantCulture)),
        intent.DowntimeBefore is { } downtime
            ? new XAttribute("downtime", ((long)downtime.TotalMilliseconds).ToString(CultureInfo.InvariantCulture))
            : null,
        intent.ProcessMark is { } mark ? new XAttribute("mark", mark) : null,
        ScheduleIntentXml.Write(intent.Schedule),
        intent.Transfer is { } transfer ? TransferXml.Write(transfer) : null).ToString(SaveOptions.DisableFormatting);

    /// <summary>Reads the element; null where it is not a complete record. Metadata can be edited by anybody, and a record that
    /// cannot be read is worth as much as none.</summary>
    /// <param name="text">The element.</param>
    public static MigrationIntent? Read(string text)
    {
        XElement element = SafeXml.Read(text, "intent record");
        return element.Attribute("operator")?.Value is { } user
            && element.Attribute("machine")?.Value is { } machine
            && int.TryParse(element.Attribute("pid")?.Value, NumberStyles.None, CultureInfo.InvariantCulture, out int process)
            && element.Attribute("policy")?.Value is { } policy
            && element.Attribute("destination")?.Value is { } destination
            && DateTimeOffset.TryParse(
                element.Attribute("started")?.Value,
                CultureInfo.InvariantCulture,
                DateTimeStyles.RoundtripKind,
                out DateTimeOffset started)
                ? new(user, machine, process, policy, destination, started, Downtime(element))
                {
                    ProcessMark = element.Attribute("mark")?.Value,
                    Schedule = ScheduleIntentXml.Read(element),
                    Transfer = TransferXml.Read(element),
                }
                : null;
    }

    // In whole milliseconds, as libvirt gives it. Records of the first version of this product have none.
    private static TimeSpan? Downtime(XElement element) =>
        int.TryParse(element.Attribute("downtime")?.Value, NumberStyles.None, CultureInfo.InvariantCulture, out int milliseconds)
            ? TimeSpan.FromMilliseconds(milliseconds)
            : null;
}
