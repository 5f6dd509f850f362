using System.Globalization;
using System.Xml.Linq;

namespace VirtMigration.Native.Xml;

/// <summary>Where a device is on its host, in the words of the host's own tools.</summary>
internal static class DeviceAddress
{
    /// <summary>As lspci writes it (<c>0000:06:02.0</c>); null where the element is absent.</summary>
    /// <param name="address">The element.</param>
    public static string? Pci(XElement? address) => address is null
        ? null
        : string.Create(
            CultureInfo.InvariantCulture,
            $"{Hex(address, "domain"):x4}:{Hex(address, "bus"):x2}:{Hex(address, "slot"):x2}.{Hex(address, "function"):x}");

    // libvirt writes these as 0x06; it reads decimal too.
    private static int Hex(XElement element, string attribute) => element.Text(attribute) switch
    {
        null => 0,
        ['0', 'x' or 'X', .. string digits] => int.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture),
        { } digits => XmlAttributes.Number(digits),
    };
}
