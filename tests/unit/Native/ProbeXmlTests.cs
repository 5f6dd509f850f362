using System.Xml.Linq;
using VirtMigration.Native.Xml;
using VirtMigration.Readiness;
using Xunit;

namespace VirtMigration.UnitTests.Native;

public sealed class ProbeXmlTests
{
    private const string Both = "<domain type='qemu'/><domain type='kvm'/>";

    [Fact]
    public void A_probe_is_small_and_has_neither_disk_nor_network()
    {
        XElement probe = Probe("pc-q35-7.2", "x86_64", Both);
        Assert.Equal((ProbeName.Of(Given.Id(7)), Given.Id(7).ToString()), (probe.Element("name")!.Value, probe.Element("uuid")!.Value));
        Assert.Equal(("16", "MiB"), (probe.Element("memory")!.Value, probe.Element("memory")!.Attribute("unit")!.Value));
        Assert.Equal(["emulator", "controller usb none", "memballoon none"], probe.Element("devices")!.Elements().Select(device => string.Join(' ', device.Attributes().Select(one => one.Value).Prepend(device.Name.LocalName))));
        XElement type = probe.Element("os")!.Element("type")!;
        Assert.Equal(("x86_64", "pc-q35-7.2", "hvm"), (type.Attribute("arch")!.Value, type.Attribute("machine")!.Value, type.Value));
    }

    [Theory]
    [InlineData(Both, "kvm", "/usr/bin/qemu-x86_64")]
    [InlineData("<domain type='qemu'/>", "qemu", "/usr/bin/qemu-x86_64")]
    [InlineData("<domain type='qemu'/><domain type='kvm'><emulator>/usr/libexec/qemu-kvm</emulator></domain>", "kvm", "/usr/libexec/qemu-kvm")]
    public void It_runs_as_the_hosts_VMs_do(string domains, string type, string emulator)
    {
        XElement probe = Probe(null, "x86_64", domains);
        Assert.Equal((type, emulator), (probe.Attribute("type")!.Value, probe.Element("devices")!.Element("emulator")!.Value));
        Assert.Null(probe.Element("os")!.Element("type")!.Attribute("machine"));
    }

    [Theory]
    [InlineData("aarch64", Both)]
    [InlineData("x86_64", "")]
    public void A_host_that_runs_no_VMs_of_its_own_architecture_has_no_probe(string architecture, string domains) =>
        Assert.Throws<FormatException>(() => Probe(null, architecture, domains));

    private static XElement Probe(string? machineType, string architecture, string domains) => XElement.Parse(ProbeXml.Write(Given.Id(7), machineType, $"""
        <capabilities>
          <host><cpu><arch>{architecture}</arch></cpu></host>
          <guest><os_type>hvm</os_type><arch name='i686'><emulator>/usr/bin/qemu-i386</emulator><domain type='kvm'/></arch></guest>
          <guest><os_type>hvm</os_type><arch name='x86_64'><emulator>/usr/bin/qemu-x86_64</emulator>{domains}</arch></guest>
        </capabilities>
        """));
}
