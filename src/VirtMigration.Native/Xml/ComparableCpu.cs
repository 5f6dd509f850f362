using System.Xml.Linq;

namespace VirtMigration.Native.Xml;

/// <summary>A VM's CPU as one host hands it to another: <c>&lt;domain type='kvm'>&lt;cpu .../>&lt;/domain></c>. The domain's type goes
/// along, because what a CPU can do differs between KVM and emulation on one and the same host.</summary>
/// <param name="VirtualisationType">The domain's type (<c>kvm</c>, <c>qemu</c>); null: whatever the host has, KVM where it can.</param>
/// <param name="Cpu">The <c>cpu</c> element.</param>
internal sealed record ComparableCpu(string? VirtualisationType, string Cpu)
{
    /// <summary>The CPU of a definition; null where it states none.</summary>
    /// <param name="text">The definition.</param>
    public static string? FromDefinition(string text)
    {
        XElement domain = SafeXml.Read(text, "VM definition");
        return domain.Element("cpu") is { } cpu
            ? new XElement("domain", domain.Attribute("type"), cpu).ToString(SaveOptions.DisableFormatting)
            : null;
    }

    /// <summary>Reads one; a bare <c>cpu</c> element does too.</summary>
    /// <param name="text">The text.</param>
    /// <exception cref="FormatException">It holds no CPU.</exception>
    public static ComparableCpu Read(string text)
    {
        XElement root = SafeXml.Read(text, "CPU");
        bool bare = root.Name == "cpu";
        XElement cpu = (bare ? root : root.Element("cpu")) ?? throw new FormatException("The CPU cannot be read: there is none.");
        return new(bare ? null : root.Text("type"), cpu.ToString(SaveOptions.DisableFormatting));
    }
}
