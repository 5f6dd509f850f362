using System.Globalization;
using System.Xml.Linq;
using VirtMigration.Options;
using VirtMigration.Planning;
using VirtMigration.Units;

namespace VirtMigration.Native.Xml;

/// <summary>The settings of a transfer as an element of the intent record. The pins are not among them: a recovery finds the VM on the
/// destination with those it has there.</summary>
internal static class TransferXml
{
    private const string Name = "transfer";

    /// <summary>The element.</summary>
    /// <param name="transfer">The settings.</param>
    public static XElement Write(TransferSettings transfer) => new(
        Name,
        Attribute("flags", (int)transfer.Techniques),
        new XAttribute("uri", transfer.DestinationUri),
        transfer.MigrationUri is { } address ? new XAttribute("address", address) : null,
        Attribute("bandwidth", transfer.Bandwidth.BitsPerSecond),
        Attribute("connections", transfer.ParallelConnections),
        Attribute("switchover", transfer.SwitchoverBandwidth?.BitsPerSecond),
        transfer.Compression == CompressionMethod.None ? null : new XAttribute("compression", transfer.Compression),
        Attribute("cache", transfer.XbzrleCache?.Bytes),
        Attribute("initial", transfer.AutoConvergeInitial),
        Attribute("increment", transfer.AutoConvergeIncrement),
        transfer.TlsDestination is { } name ? new XAttribute("tls", name) : null);

    /// <summary>The settings in a record; null where it has none that are complete. Records of earlier versions have none, and metadata can
    /// be edited by anybody.</summary>
    /// <param name="record">The record.</param>
    public static TransferSettings? Read(XElement record) =>
        record.Elements().FirstOrDefault(one => one.Name.LocalName == Name) is { } element
        && Number(element, "flags") is long flags and > 0 and <= int.MaxValue
        && element.Attribute("uri")?.Value is { Length: > 0 } uri
        && Number(element, "bandwidth") is long and > 0
            ? new()
            {
                Techniques = (MigrationTechniques)flags,
                DestinationUri = uri,
                MigrationUri = element.Attribute("address")?.Value,
                Bandwidth = Rate(element, "bandwidth")!.Value,
                ParallelConnections = Small(element, "connections"),
                SwitchoverBandwidth = Rate(element, "switchover"),
                Compression = Enum.TryParse(element.Attribute("compression")?.Value, out CompressionMethod method) ? method : CompressionMethod.None,
                XbzrleCache = Number(element, "cache") is long bytes ? new ByteSize(bytes) : null,
                AutoConvergeInitial = Small(element, "initial"),
                AutoConvergeIncrement = Small(element, "increment"),
                TlsDestination = element.Attribute("tls")?.Value,
            }
            : null;

    private static XAttribute? Attribute(string name, long? value) =>
        value is long number ? new(name, number.ToString(CultureInfo.InvariantCulture)) : null;

    private static long? Number(XElement element, string name) =>
        long.TryParse(element.Attribute(name)?.Value, NumberStyles.None, CultureInfo.InvariantCulture, out long value) ? value : null;

    private static int? Small(XElement element, string name) => Number(element, name) is long value and <= int.MaxValue ? (int)value : null;

    // What is no limit is written as the number that it is.
    private static Bandwidth? Rate(XElement element, string name) =>
        Number(element, name) is not (long value and > 0) ? null
        : value == Bandwidth.Unlimited.BitsPerSecond ? Bandwidth.Unlimited
        : Bandwidth.FromBitsPerSecond(value);
}
